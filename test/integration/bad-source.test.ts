import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, inject, test } from 'vitest';
import { countEntries, integrityOf, makeDatabase } from '../support/databases.ts';
import { NODE, openElsewhere } from '../support/elsewhere.ts';
import {
  checkOf,
  contentsOf,
  expectFailure,
  expectNothingLeft,
  onPhase,
  restore,
  type Scene,
  setScene,
  takeBackup,
} from '../support/scene.ts';
import { storedIn } from '../support/stored-names.ts';
import { runToEnd, succeed } from '../support/test-core.ts';

/** Takes away the database of a scene, with whatever is beside it. */
function clear(source: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(source + suffix, { force: true, recursive: true });
}

/** Overwrites bytes in the middle of a file. */
function scribble(path: string, at: number, bytes: Buffer): void {
  const handle = openSync(path, 'r+');
  writeSync(handle, bytes, 0, bytes.length, at);
  closeSync(handle);
}

/** The snapshot as a plain database that another SQLite can read. */
function unpacked(scene: Scene, path: string): string {
  const image = join(scene.folder, 'unpacked.db');
  writeFileSync(image, execFileSync('gunzip', ['-c', path], { maxBuffer: 1 << 28 }));
  return image;
}

async function expectRefusal(scene: Scene, code: string): Promise<void> {
  const before = contentsOf(join(scene.folder, 'app'));
  expectFailure(await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id }), code, scene.source);
  expect(storedIn(scene.destination)).toEqual([]);
  expect(contentsOf(join(scene.folder, 'app'))).toEqual(before);
  expectNothingLeft(scene);
  await expect(scene.core.call('sources.describe', { path: scene.source })).rejects.toMatchObject({ code });
}

describe('a source that is no database', () => {
  test.each([
    ['a table of values (CSV)', Buffer.from('id,name\n1,Ada\n'.repeat(200))],
    ['a text file', Buffer.from('Dear diary.\n'.repeat(200))],
    ['a SQL dump', Buffer.from('BEGIN TRANSACTION;\nCREATE TABLE t(a);\nCOMMIT;\n')],
    ['a ZIP archive', Buffer.concat([Buffer.from('PK\u0003\u0004'), randomBytes(4000)])],
    ['a gzip file', Buffer.concat([Buffer.from([0x1f, 0x8b, 8]), randomBytes(4000)])],
  ])('%s is refused, and named', async (what, content) => {
    const scene = await setScene();
    clear(scene.source);
    writeFileSync(scene.source, content);
    await expectRefusal(scene, 'UNSUPPORTED');
    const { error } = await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id });
    expect(error?.message).toBe(`${scene.source} is ${what}, not a database.`);
    const described = scene.core.call('sources.describe', { path: scene.source });
    await expect(described).rejects.toMatchObject({ message: error?.message });
  });

  test('random bytes, as an encrypted database looks: the backup asks for a key, and what it is says no more', async () => {
    const scene = await setScene();
    clear(scene.source);
    writeFileSync(scene.source, randomBytes(8192));
    const { core, plan, source } = scene;
    expectFailure(await runToEnd(core, 'backups.start', { planId: plan.id }), 'BAD_KEY', source);
    expect(storedIn(scene.destination)).toEqual([]);
    expectNothingLeft(scene);
    expect(await core.call('sources.describe', { path: source })).toMatchObject({
      databaseEncryption: { locked: true, settings: null },
      tables: [],
    });
  });

  test('a folder is refused', async () => {
    const scene = await setScene();
    clear(scene.source);
    mkdirSync(scene.source);
    await expectRefusal(scene, 'INVALID_PARAMS');
  });

  test('a missing file is refused, and no database is made in its place', async () => {
    const scene = await setScene();
    clear(scene.source);
    await expectRefusal(scene, 'NOT_FOUND');
    expect(existsSync(scene.source)).toBe(false);
  });

  test('a plan cannot be made for a missing file or a folder', async () => {
    const { core, folder, destination } = await setScene();
    const plan = { name: 'Other', destinations: [{ path: destination }] };
    await expect(core.call('plans.create', { ...plan, sourcePath: join(folder, 'no.db') })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(core.call('plans.create', { ...plan, sourcePath: folder })).rejects.toMatchObject({
      code: 'INVALID_PARAMS',
    });
  });

  test('a pipe is refused and not waited for', async () => {
    const scene = await setScene();
    clear(scene.source);
    execFileSync('mkfifo', [scene.source]);
    expectFailure(
      await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id }),
      'INVALID_PARAMS',
      scene.source,
    );
    expectNothingLeft(scene);
  });
});

test('a file without a byte is an empty database: backed up, verified, restored and restored from', async () => {
  const scene = await setScene();
  const full = await takeBackup(scene);
  clear(scene.source);
  writeFileSync(scene.source, '');
  const empty = await takeBackup(scene);
  expect(empty).toMatchObject({ tableCount: 0, rowCount: 0, verification: { valid: true, level: 'read-back' } });
  expect(gunzipSync(execFileSync('cat', [empty.path]))).toHaveLength(0);
  expect(statSync(scene.source).size).toBe(0);

  expect(await restore(scene.core, full.path, scene.source)).toMatchObject({ state: 'succeeded' });
  expect(countEntries(scene.source)).toBe(100);
  const emptied = await restore(scene.core, empty.path, scene.source);
  expect(emptied).toMatchObject({ state: 'succeeded', result: { rows: 0 } });
  expect(statSync(scene.source).size).toBe(0);
  await succeed(scene.core, 'restores.undo', {});
  expect(countEntries(scene.source)).toBe(100);
  expectNothingLeft(scene);
});

describe('a damaged source', () => {
  test('with a destroyed page never ends as a good backup', async () => {
    const scene = await setScene({ rows: 5000, journalMode: 'delete' });
    const good = await takeBackup(scene);
    scribble(scene.source, 40 * 4096, randomBytes(4096));
    const before = contentsOf(join(scene.folder, 'app'));
    const run = await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id });
    expect(run).toMatchObject({ state: 'failed', error: { code: 'CORRUPT', hint: expect.any(String) } });
    expect(contentsOf(join(scene.folder, 'app'))).toEqual(before);
    const plan = await scene.core.call('plans.get', { planId: scene.plan.id });
    expect(plan.state).toBe('failed');
    const verifications = (await scene.core.call('snapshots.list', {})).map((snapshot) => snapshot.verification.valid);
    expect(verifications.filter((valid) => valid === true)).toHaveLength(1);
    expect((await scene.core.call('snapshots.get', { snapshotId: good.id })).snapshot.verification.valid).toBe(true);
    // Pruning to one keeps the good one, however new the bad one is; the newest one stays, too.
    const preview = await scene.core.call('prune.preview', { planId: scene.plan.id, retention: { keepLast: 1 } });
    expect(preview.kept.map(({ id, reasons }) => [id, reasons])).toEqual([
      [run.snapshotId, ['newest']],
      [good.id, ['latest-1']],
    ]);
    expectNothingLeft(scene);
  });

  test('is not called good even where the plan does not verify', async () => {
    const scene = await setScene({ rows: 5000, journalMode: 'delete', plan: { verifyAfterBackup: false } });
    scribble(scene.source, 40 * 4096, randomBytes(4096));
    const run = await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id });
    if (run.state === 'succeeded') expect(run.result).toMatchObject({ kind: 'backup', verification: null });
    const plan = await scene.core.call('plans.get', { planId: scene.plan.id });
    expect(['failed', 'unverified']).toContain(plan.state);
  });

  test('with a destroyed header is refused', async () => {
    const scene = await setScene({ journalMode: 'delete' });
    scribble(scene.source, 0, randomBytes(100));
    await expectRefusal(scene, 'UNSUPPORTED');
  });

  test('with a destroyed schema page is refused', async () => {
    const scene = await setScene({ journalMode: 'delete' });
    scribble(scene.source, 100, randomBytes(2000));
    await expectRefusal(scene, 'CORRUPT');
  });

  test('cut off in the middle is never a good backup', async () => {
    const scene = await setScene({ rows: 5000, journalMode: 'delete' });
    truncateSync(scene.source, 20 * 4096);
    const run = await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id });
    expect(run).toMatchObject({ state: 'failed', error: { code: 'CORRUPT' } });
    expectNothingLeft(scene);
  });
});

test('a source that is replaced while it is copied is not stored', async () => {
  const scene = await setScene({ rows: 60_000 });
  makeDatabase(join(scene.folder, 'new.db'), { rows: 3 });
  onPhase(scene.core, 'backup', 'copying', () => renameSync(join(scene.folder, 'new.db'), scene.source));
  const run = await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id });
  expectFailure(run, 'CONFLICT', scene.source);
  expect(storedIn(scene.destination)).toEqual([]);
  expectNothingLeft(scene);
});

test('rows written while a backup goes on do not make it inconsistent', async () => {
  const scene = await setScene({ rows: 60_000 });
  const other = await openElsewhere(scene.source);
  const written: Promise<void>[] = [];
  scene.core.on('run.changed', ({ run }) => {
    if (run.progress.phase === 'copying')
      written.push(other.exec('INSERT INTO entries (account, amount) VALUES (1, 1)'));
  });
  const snapshot = await takeBackup(scene);
  await Promise.all(written);
  expect(written.length).toBeGreaterThan(0);
  expect(snapshot.verification.valid).toBe(true);
  expect(integrityOf(unpacked(scene, snapshot.path))).toBe('ok');
  await other.close();
  expect(countEntries(scene.source)).toBe(60_000 + written.length);
});

test('a source locked by another program for good is LOCKED, and nothing is left', async () => {
  const scene = await setScene({ journalMode: 'delete' });
  const other = await openElsewhere(scene.source);
  await other.exec('BEGIN EXCLUSIVE');
  expectFailure(await runToEnd(scene.core, 'backups.start', { planId: scene.plan.id }), 'LOCKED', scene.source);
  await other.exec('COMMIT');
  expectNothingLeft(scene);
  expect((await takeBackup(scene)).verification.valid).toBe(true);
});

test.skipIf(process.getuid?.() !== 0 || process.platform !== 'linux')(
  'a source that may not be read is PERMISSION, and names the file [root, to drop its rights]',
  async () => {
    const scene = await setScene();
    chmodSync(scene.source, 0o600);
    for (const path of [scene.folder, join(scene.folder, 'app')]) chmodSync(path, 0o755);
    const before = contentsOf(join(scene.folder, 'app'));
    const script = join(inject('bundles'), 'describe-as-nobody.cjs');
    const home = join(scene.folder, 'nobody');
    mkdirSync(home);
    execFileSync('chown', ['65534:65534', home]);
    const { stdout, stderr } = spawnSync(NODE, [script, home, scene.source], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({
      code: 'PERMISSION',
      message: expect.stringContaining(scene.source),
      hint: expect.any(String),
    });
    expect(contentsOf(join(scene.folder, 'app'))).toEqual(before);
  },
);

test.skipIf(process.getuid?.() !== 0 || process.platform !== 'linux')(
  'a read-only source with a hot journal is read by a user who may not write it [root, to drop its rights]',
  async () => {
    const scene = await setScene({ rows: 2000, journalMode: 'delete' });
    const other = await openElsewhere(scene.source, 'cache_size = 5', 'cache_spill = 5');
    await other.exec("BEGIN; UPDATE entries SET note = 'never committed', amount = -1");
    await other.crash();
    expect(existsSync(`${scene.source}-journal`)).toBe(true);
    for (const suffix of ['', '-journal']) chmodSync(scene.source + suffix, 0o444);
    for (const path of [scene.folder, join(scene.folder, 'app')]) chmodSync(path, 0o755);
    const home = join(scene.folder, 'nobody');
    mkdirSync(home);
    execFileSync('chown', ['65534:65534', home]);
    const script = join(inject('bundles'), 'describe-as-nobody.cjs');
    const { stdout, stderr } = spawnSync(NODE, [script, home, scene.source], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toMatchObject({ tables: [{ rows: 2 }, { rows: 2000 }] });
  },
);

test("nothing is stored into Snapkeep's own data folder, where it would be tidied away", async () => {
  const { core, home, source } = await setScene();
  for (const to of [home, join(home, 'staging'), join(home, 'safety', 'new')]) {
    await expect(core.call('backups.start', { source, to })).rejects.toMatchObject({
      code: 'CONFLICT',
      hint: expect.any(String),
    });
  }
});

test("Snapkeep's own catalog is not backed up", async () => {
  const { core, home, destination } = await setScene();
  await expect(core.call('backups.start', { source: join(home, 'catalog.db'), to: destination })).rejects.toMatchObject(
    { code: 'CONFLICT', hint: expect.any(String) },
  );
});

test('a file appended to is still a database with slack, and its content is what SQLite says', async () => {
  const scene = await setScene({ journalMode: 'delete' });
  appendFileSync(scene.source, Buffer.alloc(10_000, 7));
  const snapshot = await takeBackup(scene);
  expect(snapshot.verification.valid).toBe(true);
  const checked = await succeed(scene.core, 'restores.check', {
    source: { path: snapshot.path },
    targetPath: scene.source,
  });
  expect(checkOf(checked).rowsLost).toBe(0);
});
