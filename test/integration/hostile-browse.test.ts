import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { FakeClock } from '../support/fake-clock.ts';
import { BROKEN_RULES } from '../support/faulty-databases.ts';
import { openView } from '../support/open-view.ts';
import { contentsOf, type Scene, setScene } from '../support/scene.ts';
import { ANSWERED_MS, medianAnswer, tellingProcesses } from '../support/telling-processes.ts';
import { workerProcesses } from '../support/worker-processes.ts';

const ENDLESS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS i FROM n';

/** Every file of a scene but the catalog's own, which SQLite writes to as it reads. */
const filesOf = ({ folder }: Scene): Array<[string, string]> =>
  Object.entries(contentsOf(folder)).filter(([name]) => !name.startsWith('home/catalog.db'));

/** A file beside the scene's database, made by statements, and a view of it. */
async function viewOf(scene: Scene, make: (database: Database.Database) => void): Promise<string> {
  const path = join(scene.folder, 'hostile.db');
  const database = new Database(path);
  make(database);
  database.close();
  return openView(scene.core, { path });
}

test('statements that write, attach, load or change the connection are refused, and nothing is changed', async () => {
  const scene = await setScene();
  const viewId = await viewOf(scene, (database) => database.exec('CREATE TABLE t (a); INSERT INTO t VALUES (1)'));
  const target = join(scene.folder, 'written.db');
  const before = filesOf(scene);
  for (const sql of [
    'DELETE FROM t',
    'WITH x AS (SELECT 1) DELETE FROM t',
    'INSERT INTO t VALUES (2) RETURNING a',
    'CREATE TEMP TABLE x (a)',
    `ATTACH '${target}' AS other`,
    `/* SELECT */ ATTACH '${target}' AS other`,
    `VACUUM INTO '${target}'`,
    "SELECT load_extension('/lib/x')",
    "SELECT writefile('/tmp/x', 'y')",
    "SELECT fts3_tokenizer('simple', x'0000000000000000')",
    'PRAGMA writable_schema = ON',
    'PRAGMA main.query_only(0)',
    'PRAGMA user_version = 5',
    'PRAGMA user_version(5)',
    "PRAGMA rekey = 'x'",
    `PRAGMA temp_store_directory = '${scene.folder}'`,
    'BEGIN',
    'SELECT 1; DELETE FROM t',
    'SELECT',
    '',
    ';',
    '-- nothing',
  ]) {
    const answer = await scene.core.answer('browse.query', { viewId, sql });
    expect(answer.ok, sql).toBe(false);
    if (!answer.ok) expect([answer.error.code, Boolean(answer.error.hint)], sql).toEqual(['INVALID_PARAMS', true]);
    expect(existsSync(target), sql).toBe(false);
  }
  expect(filesOf(scene)).toEqual(before);
  for (const sql of [
    'PRAGMA main.user_version',
    'PRAGMA table_info(t)',
    'EXPLAIN QUERY PLAN SELECT a FROM t',
    'VALUES (1)',
  ])
    expect((await scene.core.call('browse.query', { viewId, sql })).columns.length, sql).toBeGreaterThan(0);
  expect(await scene.core.call('browse.query', { viewId, sql: 'SELECT a FROM t' })).toMatchObject({ rows: [[1]] });
});

test('what never ends is ended when it is cancelled, the service answers meanwhile, and so is the next question', async () => {
  const { startWorkerProcess, sent } = tellingProcesses();
  const scene = await setScene({ ports: { startWorkerProcess } });
  const { core } = scene;
  const viewId = await viewOf(scene, (database) =>
    database.exec(`CREATE TABLE t (a); INSERT INTO t VALUES (1); CREATE VIEW endless AS ${ENDLESS}`),
  );
  const path = join(scene.folder, 'endless.csv');
  for (const ask of [
    (signal: AbortSignal) => core.answer('browse.rows', { viewId, table: 'endless' }, signal),
    (signal: AbortSignal) => core.answer('browse.query', { viewId, sql: `${ENDLESS} -- endless` }, signal),
    (signal: AbortSignal) =>
      core.answer('browse.value', { viewId, table: 'endless', column: 'i', row: { offset: 0 } }, signal),
  ]) {
    const cancelling = new AbortController();
    const reached = sent('endless');
    const asked = ask(cancelling.signal);
    await reached;
    expect(await medianAnswer(core)).toBeLessThan(ANSWERED_MS);
    cancelling.abort();
    expect(await asked).toMatchObject({ ok: false, error: { code: 'CANCELLED' } });
  }
  const reached = sent('endless.csv');
  const { run } = await core.call('browse.export', { viewId, what: { table: 'endless' }, format: 'csv', path });
  await reached;
  await core.call('runs.cancel', { runId: run.id });
  expect((await core.runEnded(run.id)).state).toBe('cancelled');
  expect(readdirSync(scene.folder).filter((name) => name.includes('endless'))).toEqual([]);
  expect(await core.call('browse.rows', { viewId, table: 't' })).toMatchObject({ rows: [{ cells: [1] }] });
});

test('a question that takes too long is stopped and says so, and an unused view is closed', async () => {
  const clock = new FakeClock();
  const { startWorkerProcess, sent } = tellingProcesses();
  const scene = await setScene({ ports: { clock, startWorkerProcess } });
  const { core } = scene;
  const viewId = await viewOf(scene, (database) => database.exec('CREATE TABLE t (a)'));
  const noOneWaits = async (): Promise<void> => {};
  const reached = sent('max(i)');
  const asked = core.answer('browse.query', { viewId, sql: ENDLESS });
  await reached;
  await clock.advance(30_000, noOneWaits);
  expect(await asked).toMatchObject({
    ok: false,
    error: { code: 'TIMED_OUT', message: expect.stringContaining('30 s'), hint: expect.any(String) },
  });
  await core.call('browse.rows', { viewId, table: 't' });
  await clock.advance(60_000, noOneWaits);
  while (workerProcesses().length > 0) await setImmediate();
  await core.call('browse.rows', { viewId, table: 't' });
  await clock.advance(60_000, noOneWaits);
  await clock.advance(9 * 60_000, noOneWaits);
  expect(await core.answer('browse.rows', { viewId, table: 't' })).toMatchObject({ error: { code: 'NOT_FOUND' } });
  // The copy is given free once its process is gone.
  while (readdirSync(join(scene.home, 'browse')).length > 0) {
    await clock.advance(10 * 60_000, noOneWaits);
    await setImmediate();
  }
});

test('a table of 2,000 columns, and names in quotes, emoji and blanks, are read', async () => {
  const scene = await setScene();
  const { core } = scene;
  const columns = Array.from({ length: 1999 }, (_, index) => `c${index}`);
  const odd = 'a "b" \'c\' [d] `e` 🍎 \n';
  const quoted = `"${odd.replaceAll('"', '""')}"`;
  const viewId = await viewOf(scene, (database) => {
    database.exec(`CREATE TABLE wide (id INTEGER PRIMARY KEY, ${columns.join(', ')})`);
    database.exec(`INSERT INTO wide (id, c0, c1998) VALUES (1, 'first', 'last'), (2, 'a', 'b')`);
    database.exec(`CREATE TABLE ${quoted} (${quoted} TEXT, "" INT); INSERT INTO ${quoted} VALUES ('x', 1), ('y', 2)`);
  });
  const wide = await core.call('browse.rows', { viewId, table: 'wide' });
  expect([wide.columns.length, wide.rows[0]?.cells.length]).toEqual([2000, 2000]);
  expect([wide.rows[0]?.cells[1], wide.rows[0]?.cells[1999], wide.rows[1]?.cells[1999]]).toEqual([
    'first',
    'last',
    'b',
  ]);
  const selection = { viewId, table: odd, filters: [{ column: odd, is: 'contains' as const, text: 'Y' }] };
  expect(await core.call('browse.rows', { ...selection, sort: { column: '', descending: true } })).toMatchObject({
    columns: [odd, ''],
    rows: [{ key: [2], cells: ['y', 2] }],
  });
});

test('a page of long rows is shorter, and the next one goes on', async () => {
  const scene = await setScene();
  const columns = Array.from({ length: 300 }, (_, index) => `c${index}`);
  const viewId = await viewOf(scene, (database) => {
    database.exec(`CREATE TABLE long (${columns.join(', ')})`);
    const insert = database.prepare(`INSERT INTO long VALUES (${columns.map(() => '?').join(', ')})`);
    for (let n = 0; n < 60; n++) insert.run(columns.map(() => 'x'.repeat(2000)));
  });
  const first = await scene.core.call('browse.rows', { viewId, table: 'long', limit: 200 });
  expect(JSON.stringify(first).length).toBeLessThan(5_000_000);
  expect(first.rows.length).toBeLessThan(60);
  const last = first.rows.at(-1)?.key;
  expect(first.next).toEqual({ key: last });
});

test('what SQLite lacks for a table is left out and named, or an error with a hint, and all else is read', async () => {
  const scene = await setScene();
  const viewId = await viewOf(scene, (database) => {
    database.function('theirs', { deterministic: true, varargs: true }, () => 1);
    database.exec(`
      CREATE TABLE t (a, b AS (theirs(a)));
      INSERT INTO t (a) VALUES ('shown');
      CREATE VIEW lost AS SELECT * FROM gone;
      CREATE TABLE fine (a); INSERT INTO fine VALUES (1);
    `);
  });
  const { schema } = await scene.core.call('browse.describe', { viewId });
  expect(schema.tables.map(({ name }) => name)).toEqual(['fine', 'lost', 't']);
  expect(await scene.core.answer('browse.rows', { viewId, table: 'lost' })).toMatchObject({
    ok: false,
    error: { code: 'UNSUPPORTED', hint: expect.any(String) },
  });
  expect(await scene.core.call('browse.rows', { viewId, table: 't' })).toMatchObject({
    columns: ['a'],
    unread: ['b'],
    rows: [{ cells: ['shown'] }],
  });
  expect(await scene.core.call('browse.rows', { viewId, table: 'fine' })).toMatchObject({ rows: [{ cells: [1] }] });
});

test.each(BROKEN_RULES.map(({ what, make }) => ({ what, make })))('$what are shown as they are', async ({ make }) => {
  const scene = await setScene();
  const path = join(scene.folder, 'faulty.db');
  make(path);
  const viewId = await openView(scene.core, { path });
  const { schema } = await scene.core.call('browse.describe', { viewId });
  for (const { name, kind } of schema.tables)
    if (kind === 'table') await scene.core.call('browse.rows', { viewId, table: name });
  expect(schema.tables.length).toBeGreaterThan(0);
});

test('the first rows of ten million come within a second, and so do those behind any row', async () => {
  const scene = await setScene();
  const { core } = scene;
  const viewId = await viewOf(scene, (database) => {
    database.pragma('journal_mode = OFF');
    database.pragma('synchronous = OFF');
    database.exec(`
      CREATE TABLE many (id INTEGER PRIMARY KEY, v);
      INSERT INTO many WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000000)
        SELECT i, NULL FROM n;
    `);
  });
  expect(statSync(join(scene.folder, 'hostile.db')).size).toBeGreaterThan(80_000_000);
  await core.call('browse.rows', { viewId, table: 'many', limit: 1 });
  for (const after of [undefined, { key: [5_000_000] }, { key: [9_999_000] }]) {
    const started = performance.now();
    const { rows } = await core.call('browse.rows', { viewId, table: 'many', ...(after && { after }) });
    expect(performance.now() - started).toBeLessThan(1000);
    expect(rows[0]?.cells[0]).toBe((after?.key[0] ?? 0) + 1);
  }
}, 240_000);
