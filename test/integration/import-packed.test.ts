import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import type { Core } from '../../src-main/core/core.ts';
import { checkOf, contentsOf } from '../support/scene.ts';
import { temporaryFolder } from '../support/temp-folder.ts';
import { runToEnd, startTestCore, succeed } from '../support/test-core.ts';

const ROWS = 500;

function makeDatabase(path: string, rows = ROWS): void {
  const database = new Database(path);
  database.exec('CREATE TABLE t(id INTEGER PRIMARY KEY, noise TEXT)');
  const insert = database.prepare('INSERT INTO t(noise) VALUES(hex(randomblob(30)))');
  for (let row = 0; row < rows; row++) insert.run();
  database.close();
}

/** A folder in which programs of the machine pack `app.db`, `app.sql` and `notes.txt` under names, and a core. */
async function setPacked(commands: Record<string, string>) {
  const [work, folder, home] = [temporaryFolder(), temporaryFolder(), temporaryFolder()] as const;
  makeDatabase(join(work, 'app.db'));
  const dump = Array.from({ length: ROWS }, (_, row) => `INSERT INTO t VALUES(${row}, 'x');`);
  writeFileSync(join(work, 'app.sql'), `BEGIN;\nCREATE TABLE t(id, noise);\n${dump.join('\n')}\nCOMMIT;\n`);
  writeFileSync(join(work, 'notes.txt'), 'notes\n');
  for (const [name, command] of Object.entries(commands))
    execFileSync('sh', ['-c', command, 'sh', join(folder, name)], { cwd: work });
  return { folder, core: await startTestCore(home) };
}

async function rowsAfterRestore(core: Core, snapshotId: string): Promise<unknown> {
  const verified = await succeed(core, 'verifications.start', { snapshotId });
  expect(verified.result).toMatchObject({ verification: { valid: true } });
  if (verified.result?.kind !== 'verify') throw new Error('There is no verification.');
  // Every check is made, for its manifest is in the catalog.
  expect(verified.result.verification.checks.map(({ outcome }) => outcome)).not.toContain('skipped');
  const targetPath = join(temporaryFolder(), 'restored.db');
  const check = await succeed(core, 'restores.check', { source: { snapshotId }, targetPath });
  await succeed(core, 'restores.start', { checkRunId: check.id, confirmation: checkOf(check).confirmation });
  const restored = new Database(targetPath, { readonly: true });
  try {
    return restored.prepare('SELECT count(*) FROM t').pluck().get();
  } finally {
    restored.close();
  }
}

const PACKED = {
  'app.tar': 'tar cf "$1" app.db notes.txt',
  'app-2026-01-02.tar.gz': 'tar czf "$1" app.db notes.txt',
  'app.tgz': 'tar czf "$1" notes.txt app.db',
  'app.txz': 'tar cf - app.db | xz > "$1"',
  'app.tar.zst': 'tar cf - app.db notes.txt | zstd -q > "$1"',
  'app.zip': 'zip -q "$1" app.db notes.txt',
  'dump.zip': 'zip -q "$1" app.sql notes.txt',
  'dump.tar.gz': 'tar czf "$1" app.sql',
  'app.db.xz': 'xz -c app.db > "$1"',
  'app.sql.xz': 'xz -c app.sql > "$1"',
  'app.db.gz': 'gzip -c app.db | gzip -c > "$1"',
  'app.db': 'tar cf "$1" app.db',
};
/** What a snapshot of each kind of packing is read as; the others differ in how their archive is packed. */
const READ_AGAIN = ['app-2026-01-02.tar.gz', 'app.txz', 'dump.zip', 'app.sql.xz', 'app.db.gz'];

test('the database or the dump in what other programs packed is imported, verified and restored', async () => {
  const { folder, core } = await setPacked(PACKED);
  const before = contentsOf(folder);
  const { files, problems } = await core.call('imports.list', { path: folder });
  expect(problems).toEqual([]);
  expect(
    files
      .filter(({ importable }) => importable)
      .map(({ path }) => path)
      .sort(),
  ).toEqual(Object.keys(PACKED).sort());
  const described = await core.call('imports.describe', { path: folder, file: 'dump.zip' });
  expect(described).toMatchObject({ content: 'dump', valid: true, tables: [{ name: 't', rows: ROWS }] });
  const run = await succeed(core, 'imports.start', { path: folder, files: Object.keys(PACKED) });
  if (run.result?.kind !== 'import') throw new Error('There is no import.');
  expect(run.result.files.filter(({ outcome }) => outcome !== 'imported')).toEqual([]);
  for (const { path, snapshotId } of run.result.files)
    if (READ_AGAIN.includes(path)) expect(await rowsAfterRestore(core, snapshotId ?? ''), path).toBe(ROWS);
  expect(contentsOf(folder)).toEqual(before);
});

test('archives are imported only when they are chosen, and what holds no database or several is refused with why', async () => {
  const { folder, core } = await setPacked({ 'both.tar': 'cp app.db other.db && tar cf "$1" app.db other.db' });
  writeFileSync(
    join(folder, 'single.db.gz'),
    gzipSync(readFileSync(join(folder, 'both.tar')).subarray(512, 512 + 8192)),
  );
  const notes = join(temporaryFolder(), 'notes.txt');
  writeFileSync(notes, 'notes');
  execFileSync('tar', ['czf', join(folder, 'none.tar.gz'), notes], { stdio: 'ignore' });
  const all = await succeed(core, 'imports.start', { path: folder });
  if (all.result?.kind !== 'import') throw new Error('There is no import.');
  expect(all.result.files.map(({ path }) => path)).toEqual(['single.db.gz']);
  const chosen = await runToEnd(core, 'imports.start', { path: folder, files: ['both.tar', 'none.tar.gz'] });
  expect(chosen.result).toMatchObject({
    files: expect.arrayContaining([
      expect.objectContaining({
        path: 'both.tar',
        outcome: 'refused',
        message: expect.stringMatching(/contains 2 databases: app\.db, other\.db\. Unpack it/),
      }),
      expect.objectContaining({
        path: 'none.tar.gz',
        outcome: 'refused',
        message: expect.stringContaining('No database was found'),
      }),
    ]),
  });
});

test.each<[string, string]>([
  ['the log after its database', 'tar cf "$1" app.db app.db-shm app.db-wal'],
  ['the log before its database', 'tar czf "$1" app.db-wal app.db'],
  ['a ZIP archive', 'zip -q "$1" app.db app.db-wal'],
])('a database in use was packed with its log, %s: what the log says is restored', async (_title, command) => {
  const work = temporaryFolder();
  mkdirSync(work, { recursive: true });
  const writer = new Database(join(work, 'app.db'));
  writer.pragma('journal_mode = WAL');
  writer.exec('CREATE TABLE t(a); INSERT INTO t VALUES(1);');
  writer.pragma('wal_checkpoint(TRUNCATE)');
  for (let row = 0; row < 50; row++) writer.exec('INSERT INTO t VALUES(2)');
  const archive = join(temporaryFolder(), 'app.archive');
  execFileSync('sh', ['-c', command, 'sh', archive], { cwd: work });
  writer.close();
  const core = await startTestCore(temporaryFolder());
  const targetPath = join(temporaryFolder(), 'restored.db');
  const check = await succeed(core, 'restores.check', { source: { path: archive }, targetPath });
  expect(checkOf(check).verification.checks).toContainEqual({
    name: 'archive',
    outcome: 'passed',
    on: 'copy',
    detail: 'Read together with app.db-wal from the archive.',
  });
  await succeed(core, 'restores.start', { checkRunId: check.id, confirmation: checkOf(check).confirmation });
  const restored = new Database(targetPath, { readonly: true });
  expect(restored.prepare('SELECT count(*) FROM t').pluck().get()).toBe(51);
  restored.close();
});

test.each<[string, string]>([
  ['the journal after its database', 'tar cf "$1" app.db app.db-journal'],
  ['the journal before its database', 'tar czf "$1" app.db-journal app.db'],
  ['a ZIP archive', 'zip -q "$1" app.db app.db-journal'],
])(
  'a database was packed in the middle of a commit, %s: what was not committed is taken back',
  async (_title, command) => {
    const work = temporaryFolder();
    const writer = new Database(join(work, 'app.db'));
    writer.exec('CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT)');
    writer.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
    INSERT INTO t(a) SELECT 'committed' FROM n`);
    // A small cache makes the transaction write to the file before it ends.
    writer.pragma('cache_size = 5');
    writer.exec("BEGIN; UPDATE t SET a = 'unfinished'");
    const archive = join(temporaryFolder(), 'app.archive');
    execFileSync('sh', ['-c', command, 'sh', archive], { cwd: work });
    expect(readFileSync(join(work, 'app.db')).includes('unfinished')).toBe(true);
    writer.exec('ROLLBACK');
    writer.close();
    const core = await startTestCore(temporaryFolder());
    const targetPath = join(temporaryFolder(), 'restored.db');
    const check = await succeed(core, 'restores.check', { source: { path: archive }, targetPath });
    expect(checkOf(check).verification.checks).toContainEqual(
      expect.objectContaining({ name: 'archive', detail: 'Read together with app.db-journal from the archive.' }),
    );
    await succeed(core, 'restores.start', { checkRunId: check.id, confirmation: checkOf(check).confirmation });
    const restored = new Database(targetPath, { readonly: true });
    expect(restored.prepare('SELECT a, count(*) AS rows FROM t GROUP BY a').all()).toEqual([
      { a: 'committed', rows: 3000 },
    ]);
    restored.close();
  },
);
