import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import type { Core } from '../../src-main/core/core.ts';
import type { Params } from '../../src-shared/contract/methods.ts';
import type { RowCursor, RowPage } from '../../src-shared/model/rows/browse.ts';
import { appendEntries } from '../support/databases.ts';
import { filesWith, MARKER, makeEncrypted, RAW_KEY } from '../support/encrypted-databases.ts';
import { openView } from '../support/open-view.ts';
import { hashOf, type Scene, setScene, takeBackup } from '../support/scene.ts';
import { succeed } from '../support/test-core.ts';
import { workerProcesses } from '../support/worker-processes.ts';

/** Rows that are exported. */
type Rows = Exclude<Params<'browse.export'>['what'], 'database'>;

type RowsOf = Omit<Params<'browse.rows'>, 'viewId' | 'after'>;

/** Every page of a selection. */
async function pagesOf(core: Core, viewId: string, rows: RowsOf): Promise<RowPage[]> {
  const pages: RowPage[] = [];
  let after: RowCursor | undefined;
  do {
    const page: RowPage = await core.call('browse.rows', { viewId, ...rows, ...(after && { after }) });
    pages.push(page);
    after = page.next ?? undefined;
  } while (after !== undefined);
  return pages;
}

const cellsOf = (pages: readonly RowPage[]): unknown[][] => pages.flatMap(({ rows }) => rows.map(({ cells }) => cells));

const copiesIn = ({ home }: Scene): string[] => {
  const folder = join(home, 'browse');
  return existsSync(folder) ? readdirSync(folder) : [];
};

/** A scene whose database has been made by statements. */
async function sceneOf(sql: string): Promise<Scene & { viewId: string }> {
  const scene = await setScene();
  const database = new Database(scene.source);
  database.exec(sql);
  database.close();
  return { ...scene, viewId: await openView(scene.core, { planId: scene.plan.id }) };
}

test('a snapshot shows what it holds, whatever becomes of the database and of itself', async () => {
  const scene = await setScene({ rows: 250 });
  const { core, source } = scene;
  const snapshot = await takeBackup(scene);
  appendEntries(source, 10);
  const viewId = await openView(core, { snapshotId: snapshot.id });
  rmSync(snapshot.path);
  const { source: shown, schema } = await core.call('browse.describe', { viewId });
  expect(shown).toMatchObject({ name: snapshot.name, snapshotId: snapshot.id, takenAt: snapshot.createdAt });
  expect(schema.tables).toMatchObject([
    { name: 'accounts', kind: 'table', rows: 2, primaryKey: ['id'], parts: [] },
    { name: 'entries', rows: 250, parts: [{ type: 'index', name: 'entries_by_account' }] },
  ]);
  const pages = await pagesOf(core, viewId, { table: 'entries', limit: 100 });
  expect(pages.map(({ rows }) => rows.length)).toEqual([100, 100, 50]);
  expect(pages[0]?.rows[0]).toEqual({ key: [1], cells: [1, 1, 0, 'note 0 '.repeat(5)] });
  expect(new Set(pages.flatMap(({ rows }) => rows.map(({ key }) => key?.[0]))).size).toBe(250);
});

test('the live database and a file can be opened, and nothing is written beside them', async () => {
  const scene = await setScene({ rows: 5 });
  const { core, source, plan } = scene;
  const before = readdirSync(join(source, '..'));
  for (const given of [{ planId: plan.id }, { path: source }]) {
    const viewId = await openView(core, given);
    const { rows } = await core.call('browse.rows', { viewId, table: 'entries' });
    expect(rows).toHaveLength(5);
  }
  expect(readdirSync(join(source, '..'))).toEqual(before);
});

const EXPORTED: Array<[encoding: string, invalid: string]> = [
  ['UTF-8', "CAST(x'61ff' AS TEXT)"],
  ['UTF-16le', "CAST(x'610000d8' AS TEXT)"],
  ['UTF-16be', "CAST(x'0061d800' AS TEXT)"],
];

test.each(EXPORTED)(
  'an export as SQL in %s is read back exactly, also where columns are computed',
  async (encoding, invalid) => {
    const ownTable = `PRAGMA encoding = '${encoding}'; CREATE TABLE t (id INTEGER PRIMARY KEY, a, twice AS (a || a) STORED, size INT AS (length(a)) VIRTUAL`;
    const scene = await setScene();
    const { core, folder, plan, source } = scene;
    rmSync(source);
    const live = new Database(source);
    live.function('ours', { deterministic: true }, (value) => `ours ${value}`);
    live.exec(`${ownTable}, own AS (ours(a)) VIRTUAL);
    INSERT INTO t (id, a) VALUES (1, 'plain'), (2, 'nul' || char(0) || 'l'), (3, ${invalid}), (4, x'00ff'), (5, 1.5), (6, NULL), (7, 'a' || char(26))`);
    live.close();
    const viewId = await openView(core, { planId: plan.id });
    const exported = async (format: 'sql' | 'csv', what: Rows): Promise<string> => {
      const path = join(folder, `exported-${Math.random()}.${format}`);
      await succeed(core, 'browse.export', { viewId, what, format, path });
      return readFileSync(path, 'utf8');
    };
    const content = 'SELECT id, typeof(a), hex(CAST(a AS BLOB)), twice, size FROM t ORDER BY id';
    const read = new Database(':memory:');
    read.exec(`${ownTable})`);
    read.exec(await exported('sql', { table: 't' }));
    const original = new Database(source, { readonly: true });
    expect(read.prepare(content).raw().all()).toEqual(original.prepare(content).raw().all());
    original.close();
    expect((await exported('csv', { table: 't' })).split('\r\n')[0]).toBe('id,a,twice,size');
    // The result of a query is no table: it goes into one of its name.
    const query = await exported('sql', { sql: 'SELECT id, a FROM t ORDER BY id;' });
    read.exec(`CREATE TABLE query (id, a); ${query}`);
    const pairs = (table: string) => `SELECT id, typeof(a), hex(CAST(a AS BLOB)) FROM ${table} ORDER BY id`;
    expect(read.prepare(pairs('query')).raw().all()).toEqual(read.prepare(pairs('t')).raw().all());
    read.close();
    expect(await exported('csv', { sql: 'PRAGMA table_info(t)' })).toContain('INTEGER');
  },
);

test('an export that SQLite cannot read says what is missing', async () => {
  const { core, viewId, folder } = await sceneOf(
    'CREATE TABLE t (a); CREATE VIEW broken AS SELECT missing(a) FROM t; INSERT INTO t VALUES (1)',
  );
  const failed = async (what: Rows) => {
    const { run } = await core.call('browse.export', { viewId, what, format: 'csv', path: join(folder, 'out.csv') });
    return (await core.runEnded(run.id)).error?.code;
  };
  expect(await failed({ table: 'broken' })).toBe('UNSUPPORTED');
  expect(await failed({ sql: "SELECT json('no')" })).toBe('INVALID_PARAMS');
});

test('two views of one snapshot share its copy, which goes when the service ends', async () => {
  const scene = await setScene();
  const { core } = scene;
  const { id: snapshotId } = await takeBackup(scene);
  const first = await openView(core, { snapshotId });
  const second = await openView(core, { snapshotId });
  expect(copiesIn(scene)).toHaveLength(1);
  await core.call('browse.close', { viewId: first });
  expect(await core.answer('browse.describe', { viewId: first })).toMatchObject({
    ok: false,
    error: { code: 'NOT_FOUND', hint: expect.stringContaining('Open the snapshot again') },
  });
  expect(await core.call('browse.rows', { viewId: second, table: 'entries', limit: 1 })).toMatchObject({
    next: { key: [1] },
  });
  await core.close();
  expect(copiesIn(scene)).toEqual([]);
  expect(workerProcesses()).toEqual([]);
});

test('rows are filtered and sorted by any column, and every page follows the one before', async () => {
  const { core, viewId } = await sceneOf(`
    CREATE TABLE things (id INTEGER PRIMARY KEY, size, label TEXT COLLATE NOCASE);
    INSERT INTO things (size, label) WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99)
      SELECT CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN i % 7 WHEN 2 THEN i / 3.0 WHEN 3 THEN 'x' || i % 4 ELSE x'00ff' END,
        CASE i % 3 WHEN 0 THEN 'Apple' WHEN 1 THEN 'apple' ELSE '50%_off' END FROM n;
  `);
  const sorted = async (rows: RowsOf): Promise<unknown[]> =>
    cellsOf(await pagesOf(core, viewId, { ...rows, limit: 7 })).map(([id]) => id);
  const asked = async (sql: string): Promise<unknown[]> =>
    (await core.call('browse.query', { viewId, sql })).rows.map(([id]) => id);
  for (const column of ['size', 'label', 'id'])
    for (const descending of [false, true])
      expect(await sorted({ table: 'things', sort: { column, descending } })).toEqual(
        await asked(`SELECT id FROM things ORDER BY ${column} ${descending ? 'DESC' : ''}, id`),
      );
  const filtered = (
    is: 'equal' | 'not-equal' | 'contains' | 'starts' | 'less' | 'greater',
    column: string,
    text: string,
  ) => sorted({ table: 'things', filters: [{ column, is, text }] });
  expect(await filtered('equal', 'size', '3')).toEqual(await asked('SELECT id FROM things WHERE size = 3'));
  expect(await filtered('not-equal', 'size', '3')).toEqual(await asked('SELECT id FROM things WHERE size IS NOT 3'));
  expect(await filtered('contains', 'label', '%_o')).toEqual(
    await asked("SELECT id FROM things WHERE label = '50%_off'"),
  );
  expect(await filtered('starts', 'label', 'APP')).toEqual(await asked("SELECT id FROM things WHERE label = 'apple'"));
  expect(await filtered('less', 'size', '2')).toEqual(await asked('SELECT id FROM things WHERE size < 2'));
  expect(await filtered('greater', 'size', 'x2')).toEqual(await asked("SELECT id FROM things WHERE size > 'x2'"));
  expect(await sorted({ table: 'things', filters: [{ column: 'size', is: 'null' }] })).toEqual(
    await asked('SELECT id FROM things WHERE size IS NULL'),
  );
});

test('tables without a rowid, tables that hide it, and views are read to their end', async () => {
  const { core, viewId } = await sceneOf(`
    CREATE TABLE pairs (b TEXT, a INTEGER, PRIMARY KEY (a, b)) WITHOUT ROWID;
    CREATE TABLE hidden (rowid TEXT, oid TEXT, _rowid_ TEXT);
    CREATE VIEW both AS SELECT a, b FROM pairs UNION ALL SELECT -1, rowid FROM hidden;
    CREATE VIRTUAL TABLE words USING fts5(body);
    INSERT INTO pairs WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 49) SELECT 'b' || i, i / 10 FROM n;
    INSERT INTO hidden SELECT b, b, b FROM pairs;
    INSERT INTO words SELECT b FROM pairs;
  `);
  for (const [table, count] of [
    ['pairs', 50],
    ['hidden', 50],
    ['both', 100],
    ['words', 50],
  ] as const) {
    const pages = await pagesOf(core, viewId, { table, limit: 9 });
    const rows = cellsOf(pages).map((cells) => JSON.stringify(cells));
    expect([table, rows.length, new Set(rows).size]).toEqual([table, count, count]);
  }
  const { columns, rows } = await core.call('browse.rows', { viewId, table: 'pairs', limit: 1 });
  expect([columns, rows[0]]).toEqual([['b', 'a'], { key: [0, 'b0'], cells: ['b0', 0] }]);
});

test('values come exactly, long ones cut, and whole in parts', async () => {
  const { core, viewId } = await sceneOf(`
    CREATE TABLE odd (id INTEGER PRIMARY KEY, v);
    INSERT INTO odd (v) VALUES (9223372036854775807), (1.0), (9e999), (NULL), (''), (x''), (CAST(x'ff41' AS TEXT)),
      ('a' || char(0) || 'b'), (replace(hex(zeroblob(5000)), '00', '€')), (zeroblob(20000000)), (x'efbbbf41');
  `);
  const [page] = await pagesOf(core, viewId, { table: 'odd', columns: ['v'] });
  const cells = page?.rows.map(({ cells: [cell] }) => cell);
  expect(cells?.slice(0, 8)).toEqual([
    { integer: '9223372036854775807' },
    { real: 1 },
    { real: 'Infinity' },
    null,
    '',
    { blob: '', bytes: 0 },
    { textBytes: '/0E=', bytes: 2 },
    { textBytes: 'YQBi', bytes: 3 },
  ]);
  expect(cells?.[8]).toEqual({ text: '€'.repeat(170), bytes: 15_000 });
  expect(cells?.[9]).toEqual({ blob: '', bytes: 20_000_000 });
  const value = (id: number, offset = 0) =>
    core.call('browse.value', { viewId, table: 'odd', column: 'v', row: { key: [id] }, offset, length: 9000 });
  const parts = [await value(9), await value(9, 9000)];
  expect(Buffer.concat(parts.map(({ part }) => Buffer.from(part, 'base64'))).toString()).toBe('€'.repeat(5000));
  expect(parts[0]).toMatchObject({ class: 'text', bytes: 15_000, encoding: 'utf-8' });
  expect(await value(10, 19_999_999)).toMatchObject({ class: 'blob', bytes: 20_000_000, part: 'AA==' });
  expect(await value(1)).toMatchObject({
    class: 'integer',
    part: Buffer.from('9223372036854775807').toString('base64'),
  });
  expect(await core.answer('browse.value', { viewId, table: 'odd', column: 'v', row: { key: [99] } })).toMatchObject({
    error: { code: 'NOT_FOUND' },
  });
});

test('text of a UTF-16 database is shown as text', async () => {
  const scene = await setScene();
  const path = join(scene.folder, 'utf16.db');
  const database = new Database(path);
  database.exec("PRAGMA encoding = 'UTF-16le'; CREATE TABLE t (k TEXT PRIMARY KEY, v) WITHOUT ROWID");
  database.prepare('INSERT INTO t VALUES (?, ?)').run('Zoë', '😀'.repeat(300));
  database.close();
  const viewId = await openView(scene.core, { path });
  const { rows } = await scene.core.call('browse.rows', { viewId, table: 't' });
  expect(rows).toEqual([{ key: ['Zoë'], cells: ['Zoë', { text: '😀'.repeat(128), bytes: 1200 }] }]);
  expect(
    await scene.core.call('browse.value', { viewId, table: 't', column: 'k', row: { key: ['Zoë'] } }),
  ).toMatchObject({ encoding: 'utf-16le', bytes: 6 });
});

test('an encrypted database stays encrypted in its copy', async () => {
  const scene = await setScene();
  const path = join(scene.folder, 'secret.db');
  makeEncrypted(path, RAW_KEY, 50);
  const { run } = await scene.core.call('browse.open', { source: { path }, key: { value: RAW_KEY } });
  const { result } = await scene.core.runEnded(run.id);
  if (result?.kind !== 'browse' || result.viewId === null) throw new Error('not opened');
  const { viewId } = result;
  const { source, schema } = await scene.core.call('browse.describe', { viewId });
  expect(source.encrypted).toBe(true);
  const table = schema.tables[0]?.name ?? '';
  expect(JSON.stringify((await scene.core.call('browse.rows', { viewId, table })).rows)).toContain(MARKER);
  expect(copiesIn(scene)).toHaveLength(1);
  expect(filesWith(scene.home, MARKER)).toEqual([]);
  const other = await openRefused(scene, { path: join(scene.folder, 'secret2.db') }, 'another');
  expect(other).toBe('BAD_KEY');
});

/** Opens a copy of the encrypted database with a wrong key. */
async function openRefused(
  { core, folder }: Scene,
  source: { path: string },
  value: string,
): Promise<string | undefined> {
  makeEncrypted(join(folder, 'secret2.db'), RAW_KEY, 5);
  const { run } = await core.call('browse.open', { source, key: { value } });
  return (await core.runEnded(run.id)).error?.code;
}

test('a snapshot whose bytes have changed is refused', async () => {
  const scene = await setScene({ plan: { compression: 'none' } });
  const { core } = scene;
  const { id: snapshotId, path } = await takeBackup(scene);
  const database = new Database(path);
  database.exec("UPDATE accounts SET name = 'changed'");
  database.close();
  const { run } = await core.call('browse.open', { source: { snapshotId } });
  expect((await core.runEnded(run.id)).error).toMatchObject({ code: 'CORRUPT', hint: expect.any(String) });
});

test('a snapshot of an SQL dump is opened as the database it makes', async () => {
  const scene = await setScene({ rows: 20, plan: { method: 'dump' } });
  const run = await succeed(scene.core, 'backups.start', { planId: scene.plan.id });
  const viewId = await openView(scene.core, { snapshotId: run.snapshotId ?? '' });
  expect((await pagesOf(scene.core, viewId, { table: 'entries' }))[0]?.rows).toHaveLength(20);
});

test('a table and a query are exported, and no file is replaced without being asked to', async () => {
  const { core, folder, viewId } = await sceneOf(`
    CREATE TABLE "odd ""things" (a INTEGER PRIMARY KEY, "b c");
    INSERT INTO "odd ""things" VALUES (-9223372036854775808, 'say "hi", twice'), (2, x'00ff'), (3, NULL), (4, 1.0),
      (5, CAST(x'ff41' AS TEXT)), (6, 'line' || char(13, 10) || 'two'), (7, ''), (8, 9e999);
  `);
  const exported = async (what: Rows, format: 'csv' | 'json' | 'sql', replace = false) => {
    const path = join(folder, `rows.${format}`);
    const { run } = await core.call('browse.export', { viewId, what, format, path, replace });
    const { result, error } = await core.runEnded(run.id);
    expect(error).toBeNull();
    const text = readFileSync(path, 'utf8');
    expect(result).toMatchObject({ kind: 'export', bytes: Buffer.byteLength(text), sha256: hashOf(path) });
    return text;
  };
  const table = 'odd "things';
  const csv = await exported({ table }, 'csv');
  expect(csv.split('\r\n').slice(0, 4)).toEqual(['a,b c', '-9223372036854775808,"say ""hi"", twice"', '2,00ff', '3,']);
  const json = await exported({ table, filters: [{ column: 'a', is: 'greater', text: '1' }] }, 'json');
  expect(json).toContain('{"a":4,"b c":1.0}');
  expect(JSON.parse(json.replace('9e999', 'null'))).toHaveLength(7);
  const sql = await exported({ table }, 'sql');
  const again = new Database(':memory:');
  again.exec(`CREATE TABLE "odd ""things" (a INTEGER PRIMARY KEY, "b c"); ${sql}`);
  const content = (database: Database.Database) =>
    database.prepare('SELECT quote(a), typeof("b c"), hex("b c") FROM "odd ""things"').raw().all();
  const live = new Database(join(folder, 'app', 'app.db'), { readonly: true });
  expect(content(again)).toEqual(content(live));
  live.close();
  const keys = [[5], [{ integer: '-9223372036854775808' }]];
  expect((await exported({ table, keys, columns: ['a'] }, 'csv', true)).split('\r\n')).toEqual([
    'a',
    '-9223372036854775808',
    '5',
    '',
  ]);
  expect(await exported({ sql: 'SELECT 1 AS one' }, 'csv', true)).toBe('one\r\n1\r\n');
  const refused = { viewId, what: { table }, format: 'csv', path: join(folder, 'rows.csv') };
  expect(await core.answer('browse.export', refused)).toMatchObject({ error: { code: 'CONFLICT' } });
  expect(readdirSync(folder).filter((name) => name.includes('.partial'))).toEqual([]);
});
