import { randomBytes } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { countEntries, integrityOf, makeDatabase } from '../support/databases.ts';
import { openElsewhere } from '../support/elsewhere.ts';
import { appFiles, setRestoreScene } from '../support/restore-scene.ts';
import {
  contentsOf,
  expectFailure,
  expectNothingLeft,
  onPhase,
  prepareRestore,
  restore,
  setScene,
  takeBackup,
} from '../support/scene.ts';
import { runToEnd, succeed } from '../support/test-core.ts';

describe('a target that is locked', () => {
  test.each(['wal', 'delete'] as const)('for writing, for good, is LOCKED after the wait (%s)', async (journalMode) => {
    const scene = await setRestoreScene(journalMode);
    const other = await openElsewhere(scene.source);
    const { start } = await prepareRestore(scene.core, scene.snapshotPath, scene.source);
    await other.exec('BEGIN IMMEDIATE; INSERT INTO entries (account, amount) VALUES (1, 1)');
    const run = await runToEnd(scene.core, 'restores.start', start);
    expectFailure(run, 'LOCKED', scene.source);
    expect(run.error?.retryable).toBe(true);
    await other.exec('COMMIT');
    expect(await other.get('SELECT count(*) FROM entries')).toBe(151);
    await other.close();
    expect(integrityOf(scene.source)).toBe('ok');
    // Nothing was replaced, so there is nothing to undo.
    await expect(scene.core.call('restores.undo', {})).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(scene.core.call('restores.undo', { runId: run.id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test.each(['wal', 'delete'] as const)(
    'for writing, and given free in time, is restored (%s)',
    async (journalMode) => {
      const scene = await setRestoreScene(journalMode, 30);
      const other = await openElsewhere(scene.source);
      const { start } = await prepareRestore(scene.core, scene.snapshotPath, scene.source);
      await other.exec('BEGIN IMMEDIATE; INSERT INTO entries (account, amount) VALUES (1, 1)');
      onPhase(scene.core, 'restore', 'replacing', () => void other.exec('COMMIT'));
      await succeed(scene.core, 'restores.start', start);
      expect(await other.get('SELECT count(*) FROM entries')).toBe(100);
      await succeed(scene.core, 'restores.undo', {});
      expect(await other.get('SELECT count(*) FROM entries')).toBe(151);
      await other.close();
      expect(integrityOf(scene.source)).toBe('ok');
    },
  );

  test('by a reader in rollback mode is not called restored while it is not', async () => {
    const scene = await setRestoreScene('delete');
    const other = await openElsewhere(scene.source);
    const { start } = await prepareRestore(scene.core, scene.snapshotPath, scene.source);
    await other.exec('BEGIN');
    expect(await other.get('SELECT count(*) FROM entries')).toBe(150);
    expectFailure(await runToEnd(scene.core, 'restores.start', start), 'LOCKED', scene.source);
    expect(await other.get('SELECT count(*) FROM entries')).toBe(150);
    await other.exec('COMMIT');
    expect(await other.get('SELECT count(*) FROM entries')).toBe(150);
    await other.close();
    expect(countEntries(scene.source)).toBe(150);
    expect(integrityOf(scene.source)).toBe('ok');
    await expect(scene.core.call('restores.undo', {})).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('by a reader in rollback mode that ends in time is restored', async () => {
    const scene = await setRestoreScene('delete', 30);
    const other = await openElsewhere(scene.source);
    const { start } = await prepareRestore(scene.core, scene.snapshotPath, scene.source);
    await other.exec('BEGIN');
    expect(await other.get('SELECT count(*) FROM entries')).toBe(150);
    onPhase(scene.core, 'restore', 'replacing', () => void other.exec('COMMIT'));
    await succeed(scene.core, 'restores.start', start);
    expect(await other.get('SELECT count(*) FROM entries')).toBe(100);
    await other.close();
    expect(integrityOf(scene.source)).toBe('ok');
  });

  test('by a reader in WAL mode is restored at once; the reader keeps what it sees', async () => {
    const scene = await setRestoreScene('wal');
    const other = await openElsewhere(scene.source);
    const { start } = await prepareRestore(scene.core, scene.snapshotPath, scene.source);
    await other.exec('BEGIN');
    expect(await other.get('SELECT count(*) FROM entries')).toBe(150);
    await succeed(scene.core, 'restores.start', start);
    expect(await other.get('SELECT count(*) FROM entries')).toBe(150);
    await other.exec('COMMIT');
    expect(await other.get('SELECT count(*) FROM entries')).toBe(100);
    await other.close();
    expect(integrityOf(scene.source)).toBe('ok');
  });
});

describe('places that are refused, and nothing is touched', () => {
  test('the snapshots, their manifests, their folder and the data folder', async () => {
    const scene = await setRestoreScene('wal');
    const { core, home, destination, snapshotPath } = scene;
    const before = contentsOf(destination);
    const targets = [
      snapshotPath,
      `${snapshotPath}.manifest.json`,
      join(destination, 'new.db'),
      join(destination, 'below', 'new.db'),
      join(home, 'catalog.db'),
      join(home, 'safety', 'new.db'),
      join(home, '..new.db'),
    ];
    const other = join(scene.folder, 'other.db');
    makeDatabase(other);
    for (const targetPath of targets) {
      await expect(
        core.call('restores.check', { source: { path: other }, targetPath }),
        targetPath,
      ).rejects.toMatchObject({
        code: 'CONFLICT',
        hint: expect.stringContaining('Nothing was changed'),
      });
    }
    expect(contentsOf(destination)).toEqual(before);
  });

  test('the file onto itself, also by another name', async () => {
    const scene = await setRestoreScene('wal');
    const link = join(scene.folder, 'link.db');
    symlinkSync(scene.source, link);
    for (const path of [scene.source, link]) {
      await expect(
        scene.core.call('restores.check', { source: { path }, targetPath: scene.source }),
      ).rejects.toMatchObject({
        code: 'CONFLICT',
        message: expect.stringContaining(scene.source),
      });
    }
  });

  test('a folder and a file below a file', async () => {
    const scene = await setRestoreScene('wal');
    const before = appFiles(scene);
    const folder = join(scene.folder, 'app');
    const check = (targetPath: string) =>
      runToEnd(scene.core, 'restores.check', { source: { path: scene.snapshotPath }, targetPath });
    expectFailure(await check(folder), 'INVALID_PARAMS', folder);
    expectFailure(await check(join(scene.source, 'below.db')), 'INVALID_PARAMS', scene.source);
    await expect(check('relative.db')).rejects.toMatchObject({ code: 'INVALID_PARAMS' });
    expect(appFiles(scene)).toEqual(before);
    expectNothingLeft(scene);
  });
});

describe('a file that has to be exchanged', () => {
  async function withOtherPageSize() {
    const scene = await setRestoreScene('wal');
    const image = join(scene.folder, 'image.db');
    makeDatabase(image, { rows: 11, pageSize: 8192 });
    return { ...scene, image };
  }

  test('because the page size differs is BUSY while another program has it open, and done when it has gone', async () => {
    const scene = await withOtherPageSize();
    const other = await openElsewhere(scene.source);
    expect(await other.get('SELECT count(*) FROM entries')).toBe(150);
    const { check, start } = await prepareRestore(scene.core, scene.image, scene.source);
    expect(check.target).toMatchObject({ method: 'replace-file', openBy: [{ pid: other.pid }] });
    const run = await runToEnd(scene.core, 'restores.start', start);
    expectFailure(run, 'BUSY', scene.source);
    expect(run.error?.details).toMatchObject({ holders: [{ pid: other.pid }] });
    expect(await other.get('SELECT count(*) FROM entries')).toBe(150);
    await other.close();
    expect(countEntries(scene.source)).toBe(150);
    expect(readdirSync(join(scene.folder, 'app')).filter((name) => name.includes('partial'))).toEqual([]);
    await succeed(scene.core, 'restores.start', start);
    expect(readdirSync(join(scene.folder, 'app'))).toEqual(['app.db']);
    expect(countEntries(scene.source)).toBe(11);
    await succeed(scene.core, 'restores.undo', {});
    expect(countEntries(scene.source)).toBe(150);
    expect(integrityOf(scene.source)).toBe('ok');
    expectNothingLeft(scene);
  });

  test('keeps its mode', async () => {
    const scene = await withOtherPageSize();
    const { mode } = statSync(scene.source);
    await restore(scene.core, scene.image, scene.source);
    expect(statSync(scene.source).mode).toBe(mode);
  });
});

describe('a damaged target', () => {
  test.each([
    ['garbage', randomBytes(10_000)],
    ['a text file', Buffer.from('not a database')],
    ['a destroyed page', undefined],
  ])('%s is restored over; its very bytes are kept, and Undo puts them back', async (_what, garbage) => {
    const scene = await setRestoreScene('delete');
    if (garbage !== undefined) writeFileSync(scene.source, garbage);
    else {
      const content = readFileSync(scene.source);
      randomBytes(3900).copy(content, 150);
      writeFileSync(scene.source, content);
    }
    writeFileSync(`${scene.source}-wal`, randomBytes(700));
    const before = appFiles(scene);
    const { check, start } = await prepareRestore(scene.core, scene.snapshotPath, scene.source);
    expect(check.target).toMatchObject({
      exists: true,
      damage: expect.stringContaining(scene.source),
      method: 'replace-file',
    });
    await succeed(scene.core, 'restores.start', start);
    expect(countEntries(scene.source)).toBe(100);
    expect(integrityOf(scene.source)).toBe('ok');
    expect(existsSync(`${scene.source}-wal`)).toBe(false);
    const undo = await succeed(scene.core, 'restores.undo', {});
    expect(appFiles(scene)).toEqual(before);
    await succeed(scene.core, 'restores.undo', { runId: undo.id });
    expect(countEntries(scene.source)).toBe(100);
    expectNothingLeft(scene);
  });

  test('with a page destroyed in its tables: the safety copy is what it was, and Undo puts it back', async () => {
    const scene = await setScene({ rows: 3000, journalMode: 'delete' });
    const { path } = await takeBackup(scene);
    const content = readFileSync(scene.source);
    randomBytes(4096).copy(content, 20 * 4096);
    writeFileSync(scene.source, content);
    const before = appFiles(scene);
    expect(await restore(scene.core, path, scene.source)).toMatchObject({ state: 'succeeded' });
    expect(countEntries(scene.source)).toBe(3000);
    await succeed(scene.core, 'restores.undo', {});
    expect(appFiles(scene)).toEqual(before);
    expectNothingLeft(scene);
  });
});

describe('a lost database', () => {
  test('with its log left over: the log is kept and not played into the restored file', async () => {
    const scene = await setRestoreScene('wal');
    const other = await openElsewhere(scene.source, 'wal_autocheckpoint = 0');
    await other.exec("UPDATE entries SET amount = -1, note = 'from the stale log'");
    await other.crash();
    rmSync(scene.source);
    const log = readFileSync(`${scene.source}-wal`);
    expect(log.length).toBeGreaterThan(0);
    const { check, start } = await prepareRestore(scene.core, scene.snapshotPath, scene.source);
    expect(check.target).toMatchObject({
      exists: true,
      damage: expect.stringContaining('missing'),
      method: 'replace-file',
    });
    await succeed(scene.core, 'restores.start', start);
    const reader = await openElsewhere(scene.source);
    expect(await reader.get("SELECT count(*) FROM entries WHERE note = 'from the stale log'")).toBe(0);
    expect(await reader.get('SELECT count(*) FROM entries')).toBe(100);
    await reader.close();
    const safety = join(scene.home, 'safety');
    const kept = readdirSync(safety).find((name) => name.endsWith('.db-wal')) ?? '';
    expect(readFileSync(join(safety, kept))).toEqual(log);
    expectNothingLeft(scene);
  });

  test('is created where it was, and there is nothing to undo', async () => {
    const scene = await setRestoreScene('wal');
    for (const suffix of ['', '-wal', '-shm']) rmSync(scene.source + suffix, { force: true });
    const run = await restore(scene.core, scene.snapshotPath, scene.source);
    expect(run).toMatchObject({ state: 'succeeded', result: { method: 'create', safetySnapshotId: null } });
    expect(countEntries(scene.source)).toBe(100);
    await expect(scene.core.call('restores.undo', { runId: run.id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('that comes back between the look and the rename is not replaced', async () => {
    const scene = await setRestoreScene('wal');
    const target = join(scene.folder, 'app', 'new.db');
    mkdirSync(`${target}-elsewhere`);
    makeDatabase(join(`${target}-elsewhere`, 'new.db'), { rows: 6 });
    const { start } = await prepareRestore(scene.core, scene.snapshotPath, target);
    copyFileSync(join(`${target}-elsewhere`, 'new.db'), target);
    expectFailure(await runToEnd(scene.core, 'restores.start', start), 'CONFLICT', target);
    expect(countEntries(target)).toBe(6);
  });
});
