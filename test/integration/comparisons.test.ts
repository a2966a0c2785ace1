import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import type { Core } from '../../src-main/core/core.ts';
import { openComparison, openView } from '../support/open-view.ts';
import { type Scene, setScene, takeBackup } from '../support/scene.ts';
import { workerProcesses } from '../support/worker-processes.ts';

function change(path: string, sql: string): void {
  const database = new Database(path);
  database.exec(sql);
  database.close();
}

/** A database made by statements, then changed by others: a snapshot of the first state, and the live database. */
async function compared(made: string, changed: string): Promise<Scene & { viewId: string }> {
  const scene = await setScene({ rows: 3 });
  change(scene.source, made);
  const { id: snapshotId } = await takeBackup(scene);
  change(scene.source, changed);
  return { ...scene, viewId: await openComparison(scene.core, { snapshotId }, { planId: scene.plan.id }) };
}

const tablesOf = async (core: Core, viewId: string) => {
  const { comparison } = await core.call('compare.summary', { viewId });
  return Object.fromEntries(comparison.tables.map((table) => [table.name, table]));
};

test('a snapshot is compared with the live database: rows by key, the schema, the settings', async () => {
  const { core, viewId, plan } = await compared(
    `CREATE TABLE songs (id INTEGER PRIMARY KEY, name TEXT, length REAL, twice AS (length * 2));
     INSERT INTO songs(name, length) VALUES ('a', 1), ('b', 2), ('c', 3), ('d', 4);
     CREATE TABLE tags (tag TEXT PRIMARY KEY NOT NULL, n INT) WITHOUT ROWID; INSERT INTO tags VALUES ('x', 1), ('y', 2);
     CREATE TABLE notes (v); INSERT INTO notes VALUES ('same'), ('twice'), ('twice'), (1);
     CREATE TABLE gone (v); INSERT INTO gone VALUES (1), (2); CREATE INDEX by_name ON songs(name)`,
    `UPDATE songs SET name = 'B', length = 2.5 WHERE id = 2; DELETE FROM songs WHERE id = 1; INSERT INTO songs(name) VALUES ('e');
     UPDATE tags SET n = 3 WHERE tag = 'y'; DELETE FROM notes WHERE rowid = 2; UPDATE notes SET v = 1.0 WHERE v = 1;
     DROP TABLE gone; CREATE TABLE fresh (v); INSERT INTO fresh VALUES (1); DROP INDEX by_name; PRAGMA user_version = 9`,
  );
  const { before, after, comparison } = await core.call('compare.summary', { viewId });
  expect([before.planId, after.planId, before.snapshotId === null, after.snapshotId]).toEqual([
    plan.id,
    plan.id,
    false,
    null,
  ]);
  const tables = await tablesOf(core, viewId);
  expect(tables).toMatchObject({
    entries: { state: 'same' },
    songs: { state: 'changed', key: ['id'], rows: { added: 1, removed: 1, changed: 1 } },
    tags: { state: 'changed', key: ['tag'], rows: { added: 0, removed: 0, changed: 1 } },
    notes: { state: 'changed', key: [], rows: { added: 1, removed: 2, changed: 0 } },
    gone: { state: 'removed', rows: { removed: 2 } },
    fresh: { state: 'added', rows: { added: 1 } },
  });
  expect(
    comparison.schema.map(({ type, name, before: old, after: now }) => [type, name, old === null, now === null]),
  ).toEqual([
    ['index', 'by_name', false, true],
    ['table', 'gone', false, true],
    ['table', 'fresh', true, false],
  ]);
  expect(comparison.settings).toEqual([{ name: 'user_version', before: expect.any(String), after: '9' }]);
  const { rows, columns } = await core.call('compare.rows', { viewId, table: 'songs' });
  expect(columns).toEqual(['id', 'name', 'length', 'twice']);
  expect(rows.map(({ change: what, changed }) => [what, changed])).toEqual([
    ['removed', []],
    ['changed', [1, 2, 3]],
    ['added', []],
  ]);
  expect(rows[1]?.after?.map(({ cell }) => cell)).toEqual([2, 'B', { real: 2.5 }, { real: 5 }]);
});

test('rows that differ are read in pages, filtered, and from any position', async () => {
  const { core, viewId } = await compared(
    `CREATE TABLE n (id INTEGER PRIMARY KEY, v TEXT);
     WITH RECURSIVE i(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM i WHERE n < 3000) INSERT INTO n SELECT n, 'v' || n FROM i`,
    "UPDATE n SET v = v || '!' WHERE id % 2 = 0; DELETE FROM n WHERE id % 100 = 1",
  );
  const idsOf = async (more: object): Promise<{ ids: unknown[]; next: number | null }> => {
    const { rows, next } = await core.call('compare.rows', { viewId, table: 'n', ...more });
    return { ids: rows.map(({ before }) => before?.[0]?.cell), next };
  };
  const first = await idsOf({ limit: 3 });
  expect(first).toEqual({ ids: [1, 2, 4], next: 3 });
  expect(await idsOf({ limit: 2, offset: 3 })).toEqual({ ids: [6, 8], next: 5 });
  // While its rows are read, another table and the SQL are asked for.
  expect((await core.call('compare.rows', { viewId, table: 'entries' })).rows).toEqual([]);
  expect(await idsOf({ limit: 2, offset: 3 })).toEqual({ ids: [6, 8], next: 5 });
  expect((await core.call('compare.sql', { viewId, table: 'n' })).sql).toContain('UPDATE');
  // Back, and ahead of where the last question stopped.
  expect(await idsOf({ limit: 2 })).toEqual({ ids: [1, 2], next: 2 });
  expect(await idsOf({ limit: 9, offset: 1528 })).toEqual({ ids: [2998, 3000], next: null });
  expect(await idsOf({ change: 'removed', limit: 2 })).toEqual({ ids: [1, 101], next: 2 });
  expect(await idsOf({ text: 'V299', limit: 9 })).toEqual({ ids: [2990, 2992, 2994, 2996, 2998], next: null });
});

test('a long value is told by its size and its hash, and text that is none by its bytes', async () => {
  const { core, viewId } = await compared(
    "CREATE TABLE b (id INTEGER PRIMARY KEY, v); INSERT INTO b VALUES (1, zeroblob(200000)), (2, CAST(x'ff61' AS TEXT)), (3, zeroblob(200000))",
    "UPDATE b SET v = zeroblob(200001) WHERE id = 1; UPDATE b SET v = CAST(x'fe61' AS TEXT) WHERE id = 2",
  );
  const { rows } = await core.call('compare.rows', { viewId, table: 'b' });
  expect(rows.map(({ after }) => after?.[1])).toEqual([
    {
      cell: { blob: expect.any(String), bytes: 200_001 },
      sha256: createHash('sha256').update(Buffer.alloc(200_001)).digest('hex'),
    },
    { cell: { textBytes: Buffer.from([0xfe, 0x61]).toString('base64'), bytes: 2 }, sha256: null },
  ]);
});

test('a full-text table is one table, and its own tables are not listed', async () => {
  const { core, viewId } = await compared(
    "CREATE VIRTUAL TABLE f USING fts5(title); INSERT INTO f VALUES ('one'), ('two'), ('three')",
    "INSERT INTO f VALUES ('four'); DELETE FROM f WHERE title = 'one'; UPDATE f SET title = 'zwei' WHERE title = 'two'",
  );
  const tables = await tablesOf(core, viewId);
  expect(Object.keys(tables)).toEqual(['accounts', 'entries', 'f']);
  expect(tables.f).toMatchObject({
    kind: 'virtual',
    state: 'changed',
    rows: { added: 1, removed: 1, changed: 1 },
    shadowTables: expect.arrayContaining(['f_content', 'f_data']),
  });
});

test('the SQL of a difference, run by SQLite’s shell on the older state, makes the newer one', async () => {
  const { core, viewId, folder, source } = await compared(
    "CREATE TABLE t (id INTEGER PRIMARY KEY, v TEXT UNIQUE); INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'it''s'); CREATE TRIGGER no BEFORE DELETE ON t BEGIN SELECT raise(ABORT, 'no'); END",
    "UPDATE t SET v = 'x' WHERE id = 1; UPDATE t SET v = 'a' WHERE id = 2; UPDATE t SET v = 'b' WHERE id = 1; INSERT INTO t VALUES (9, 'neu' || char(10))",
  );
  const snapshot = (await core.call('snapshots.list', {}))[0];
  const older = await openView(core, { snapshotId: snapshot?.id ?? '' });
  expect((await core.call('browse.rows', { viewId: older, table: 't' })).rows).toHaveLength(3);
  const { sql, next } = await core.call('compare.sql', { viewId });
  expect(next).toBeNull();
  const target = join(folder, 'target.db');
  const image = readdirSync(join(folder, 'home', 'browse')).map((name) => join(folder, 'home', 'browse', name));
  const olderImage = image.find((path) => readFileSync(path).includes("it's") && !readFileSync(path).includes('neu'));
  copyFileSync(olderImage ?? '', target);
  writeFileSync(join(folder, 'script.sql'), sql);
  expect(spawnSync('sqlite3', ['-bail', target], { input: sql, encoding: 'utf8' })).toMatchObject({
    status: 0,
    stderr: '',
  });
  const rows = (path: string): unknown => new Database(path).prepare('SELECT * FROM t').all();
  expect(rows(target)).toEqual(rows(source));
});

describe('whatever is compared', () => {
  test('nothing is restored, nothing stays open, and a closed comparison says so', async () => {
    const { core, viewId, plan } = await compared('SELECT 1', 'DELETE FROM entries WHERE id = 1');
    expect((await core.call('runs.list', { planId: plan.id })).map(({ kind }) => kind)).not.toContain('restore-check');
    await core.call('compare.close', { viewId });
    expect(await core.answer('compare.rows', { viewId, table: 'entries' })).toMatchObject({
      ok: false,
      error: { code: 'NOT_FOUND' },
    });
    expect(await core.answer('compare.rows', { viewId, table: 'no' })).toMatchObject({ ok: false });
  });

  test('a comparison that is cancelled ends its process', async () => {
    const { core, plan } = await setScene({ rows: 1 });
    const started = Promise.withResolvers<void>();
    core.on('run.changed', ({ run }) => {
      if (run.kind === 'compare' && run.progress.phase === 'comparing') started.resolve();
    });
    const source = { planId: plan.id };
    const { run } = await core.call('compare.open', { before: source, after: source });
    await started.promise;
    await core.call('runs.cancel', { runId: run.id });
    expect(await core.runEnded(run.id)).toMatchObject({ state: 'cancelled' });
    expect(workerProcesses()).toEqual([]);
  });
});
