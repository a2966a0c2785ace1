import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { explainWrite } from '../../src-main/core/engine/files/disk-full.ts';
import { writeIntoLive } from '../../src-main/core/restore/replace/restore-into-live.ts';
import { canMount } from '../support/can-mount.ts';
import { countEntries, makeDatabase } from '../support/databases.ts';
import { quietContext } from '../support/quiet-context.ts';
import { expectFailure, expectNothingLeft, type SceneOptions, setScene, takeBackup } from '../support/scene.ts';
import { mountSmallDisk, type SmallDisk } from '../support/small-disk.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { runToEnd } from '../support/test-core.ts';

const MB = 1024 * 1024;

/** A scene with a disk of its own at a path in its folder; empty: its whole folder. */
async function setSceneOn(at: string, bytes: number, plan: SceneOptions['plan'] = {}) {
  const disks: SmallDisk[] = [];
  const scene = await setScene({
    plan,
    prepare: (folder) => {
      disks.push(mountSmallDisk(join(folder, at), bytes));
    },
  });
  const [disk] = disks;
  if (disk === undefined) throw new Error('Nothing was mounted.');
  return { ...scene, disk };
}

/** Adds a table that holds so many bytes. */
function addBytes(path: string, bytes: number, of: 'zeros' | 'noise'): void {
  const database = new Database(path);
  database.exec('CREATE TABLE ballast (content BLOB)');
  const add = database.prepare(`INSERT INTO ballast VALUES (${of === 'zeros' ? 'zeroblob' : 'randomblob'}(?))`);
  for (let left = bytes; left > 0; left -= MB) add.run(Math.min(left, MB));
  database.close();
}

describe.skipIf(!canMount)('room on a disk', () => {
  test.each(['gz', 'zst'] as const)(
    '%s: what packs well goes to a disk much smaller than the database',
    async (compression) => {
      const scene = await setSceneOn('backups', 2 * MB, { compression });
      addBytes(scene.source, 16 * MB, 'zeros');
      expect((await takeBackup(scene)).verification.valid).toBe(true);
    },
  );

  test.each(['gz', 'zst', 'none'] as const)('%s: a destination that gets full is named', async (compression) => {
    const scene = await setSceneOn('backups', 2 * MB, { compression });
    addBytes(scene.source, 6 * MB, 'noise');
    const run = await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id });
    expectFailure(run, 'NO_SPACE', `The destination ${scene.destination}`);
    expect(run.error?.hint).toContain('choose another destination');
    expectNothingLeft(scene);
  });

  test('a staging folder without room for the image is named, with what is needed', async () => {
    const scene = await setScene();
    mountSmallDisk(join(scene.home, 'staging'), 2 * MB);
    addBytes(scene.source, 6 * MB, 'zeros');
    const run = await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id });
    expectFailure(run, 'NO_SPACE', `The staging folder ${join(scene.home, 'staging')}`);
    expect(run.error?.message).toMatch(/\d MB needed/);
    expect(run.error?.hint).toContain('SNAPKEEP_HOME');
    expectNothingLeft(scene);
  });

  test('a compacted copy needs no room for free pages', async () => {
    const scene = await setScene({ plan: { method: 'compact' } });
    mountSmallDisk(join(scene.home, 'staging'), 2 * MB);
    addBytes(scene.source, 6 * MB, 'zeros');
    const database = new Database(scene.source);
    database.exec('DELETE FROM ballast; PRAGMA wal_checkpoint(TRUNCATE)');
    database.close();
    await takeBackup(scene, { verify: false });
  });

  test('what is staged and what is stored share the room of one disk', async () => {
    const scene = await setSceneOn('', 24 * MB, { compression: 'none' });
    addBytes(scene.source, 4 * MB, 'noise');
    scene.disk.fill(6 * MB);
    const run = await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id });
    expectFailure(run, 'NO_SPACE', /^The destination .* does not have enough space: \d.* needed/);
  });

  test('a full disk of the catalog is named; once there is room, all goes on', async () => {
    const scene = await setSceneOn('home', 8 * MB);
    const { core, plan, disk, home } = scene;
    disk.fill();
    const change = core.call('plans.update', { planId: plan.id, name: 'Renamed'.repeat(10) });
    await expect(change).rejects.toMatchObject({
      code: 'NO_SPACE',
      message: expect.stringMatching(/disk of the catalog/),
      hint: expect.stringMatching(/Free space/),
    });
    disk.empty();
    expect((await takeBackup(scene)).verification.valid).toBe(true);
    expectNothingLeft({ folder: scene.folder, home });
  });

  test('a write that SQLite says failed was for want of room where the disk is full, and only there', () => {
    const disk = mountSmallDisk(join(temporaryFolder(), 'disk'), MB);
    const failed = Object.assign(new Error('disk I/O error'), { code: 'SQLITE_IOERR_WRITE' });
    expect(explainWrite(failed, 'safety', disk.path)).toMatchObject({ code: 'UNAVAILABLE' });
    disk.fill();
    const explained = explainWrite(failed, 'safety', disk.path);
    expect(explained).toMatchObject({ code: 'NO_SPACE', message: expect.stringContaining(disk.path) });
  });

  test.each(['wal', 'delete'] as const)(
    'an image in WAL mode is copied into a database in %s mode though its disk is full, or its disk is named',
    async (journalMode) => {
      const folder = temporaryFolder();
      const disk = mountSmallDisk(join(folder, 'disk'), MB);
      const imagePath = join(disk.path, 'image.db');
      const path = join(folder, 'live.db');
      makeDatabase(imagePath, { rows: 3 });
      makeDatabase(path, { rows: 5, journalMode });
      disk.fill();
      const target = { path, journalMode, lockWaitMs: 0, onLocked: async () => {} };
      const written = writeIntoLive(imagePath, target, quietContext(folder));
      if (journalMode === 'wal') await written;
      else
        await expect(written).rejects.toMatchObject({ code: 'NO_SPACE', message: expect.stringContaining(disk.path) });
      expect(countEntries(path)).toBe(journalMode === 'wal' ? 3 : 5);
    },
  );
});
