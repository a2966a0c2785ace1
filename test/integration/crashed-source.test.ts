import { execFileSync } from 'node:child_process';
import { copyFileSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { canMount } from '../support/can-mount.ts';
import { countEntries, integrityOf, makeDatabase } from '../support/databases.ts';
import { openElsewhere } from '../support/elsewhere.ts';
import { contentsOf, expectNothingLeft, restore, type Scene, setScene, takeBackup } from '../support/scene.ts';
import { mountSmallDisk } from '../support/small-disk.ts';
import { succeed } from '../support/test-core.ts';

/** Takes away the database of a scene, with whatever is beside it. */
function clear(source: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(source + suffix, { force: true, recursive: true });
}

/** The snapshot as a plain database that another SQLite can read. */
function unpacked(scene: Scene, path: string): string {
  const image = join(scene.folder, 'unpacked.db');
  writeFileSync(image, execFileSync('gunzip', ['-c', path], { maxBuffer: 1 << 28 }));
  return image;
}

describe('a source that a crash left with its log', () => {
  async function crashWithLog(): Promise<Scene> {
    const scene = await setScene();
    const other = await openElsewhere(scene.source, 'wal_autocheckpoint = 0');
    await other.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
      INSERT INTO entries (account, amount, note) SELECT 1, i, 'in the log' FROM n`);
    await other.crash();
    expect(statSync(`${scene.source}-wal`).size).toBeGreaterThan(0);
    return scene;
  }

  test('is read with the log, which stays where it is', async () => {
    const scene = await crashWithLog();
    const log = statSync(`${scene.source}-wal`).size;
    const names = readdirSync(join(scene.folder, 'app'));
    const snapshot = await takeBackup(scene);
    expect(countEntries(unpacked(scene, snapshot.path))).toBe(140);
    expect(readdirSync(join(scene.folder, 'app'))).toEqual(names);
    expect(statSync(`${scene.source}-wal`).size).toBe(log);
    expect(countEntries(scene.source)).toBe(140);
  });

  test('and without its shared memory: the database and its log stay byte for byte', async () => {
    const scene = await crashWithLog();
    rmSync(`${scene.source}-shm`);
    const before = contentsOf(join(scene.folder, 'app'));
    const snapshot = await takeBackup(scene);
    expect(countEntries(unpacked(scene, snapshot.path))).toBe(140);
    // SQLite makes the shared memory anew, and to take it away could hit a program that opens just then.
    const { 'app.db-shm': _sharedMemory, ...after } = contentsOf(join(scene.folder, 'app'));
    expect(after).toEqual(before);
  });

  test.skipIf(!canMount)(
    'on a disk that can only be read: the rows of the log are in the snapshot [root]',
    async () => {
      const scene = await crashWithLog();
      const disk = mountSmallDisk(join(scene.folder, 'disk'), 4 << 20);
      for (const suffix of ['', '-wal']) copyFileSync(scene.source + suffix, join(disk.path, `app.db${suffix}`));
      disk.makeReadOnly();
      const path = join(disk.path, 'app.db');
      expect(await scene.core.call('sources.describe', { path })).toMatchObject({
        tables: [{ rows: 2 }, { name: 'entries', rows: 140 }],
      });
      const run = await succeed(scene.core, 'backups.start', { source: path, to: scene.destination });
      const [snapshot] = await scene.core.call('snapshots.list', {});
      expect(run.snapshotId).toBe(snapshot?.id);
      expect(countEntries(unpacked(scene, snapshot?.path ?? ''))).toBe(140);
      expect(readdirSync(disk.path)).toEqual(['app.db', 'app.db-wal']);
      expectNothingLeft(scene);
    },
  );
});

describe('a source that a crash left with a hot journal', () => {
  /** A database in the middle of a transaction: pages are overwritten, the journal has the old ones. */
  async function crashWithJournal(): Promise<Scene> {
    const scene = await setScene({ rows: 2000, journalMode: 'delete' });
    const other = await openElsewhere(scene.source, 'cache_size = 5', 'cache_spill = 5');
    await other.exec("BEGIN; UPDATE entries SET note = 'never committed', amount = -1");
    const torn = join(scene.folder, 'torn');
    for (const suffix of ['', '-journal']) copyFileSync(scene.source + suffix, torn + suffix);
    await other.crash();
    clear(scene.source);
    for (const suffix of ['', '-journal']) renameSync(torn + suffix, scene.source + suffix);
    return scene;
  }

  test('is read as it was before the torn transaction, and left as it is', async () => {
    const scene = await crashWithJournal();
    const before = contentsOf(join(scene.folder, 'app'));
    const snapshot = await takeBackup(scene);
    expect(contentsOf(join(scene.folder, 'app'))).toEqual(before);
    const image = new Database(unpacked(scene, snapshot.path), { readonly: true });
    expect(image.prepare('SELECT count(*), min(amount) FROM entries').raw().get()).toEqual([2000, 0]);
    image.close();
  });

  test('is restored over: the journal is not played into the restored file', async () => {
    const scene = await crashWithJournal();
    const other = join(scene.folder, 'other.db');
    makeDatabase(other, { rows: 7, journalMode: 'delete' });
    const run = await restore(scene.core, other, scene.source);
    expect(run).toMatchObject({ state: 'succeeded' });
    expect(countEntries(scene.source)).toBe(7);
    expect(integrityOf(scene.source)).toBe('ok');
    await succeed(scene.core, 'restores.undo', {});
    expect(countEntries(scene.source)).toBe(2000);
    expectNothingLeft(scene);
  });
});
