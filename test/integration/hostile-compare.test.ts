import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { FakeClock } from '../support/fake-clock.ts';
import { BROKEN_RULES } from '../support/faulty-databases.ts';
import { openComparison, openView } from '../support/open-view.ts';
import { contentsOf, expectNothingLeft, type Scene, setScene, takeBackup } from '../support/scene.ts';
import { ANSWERED_MS, medianAnswer, tellingProcesses } from '../support/telling-processes.ts';
import { workerProcesses } from '../support/worker-processes.ts';

const ENDLESS = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS i FROM n';

/** All that is not Snapkeep's own. */
const othersFiles = ({ folder }: Scene): Array<[string, string]> =>
  Object.entries(contentsOf(folder)).filter(([name]) => !name.startsWith('home/'));

/** What only a program that trusts the schema would call, and names that are those of SQLite's own. */
function makeHostile(path: string, rows: number): void {
  const database = new Database(path);
  for (const name of ['writefile', 'readfile', 'edit'])
    database.function(name, { deterministic: true, varargs: true }, (first: unknown) => first);
  const target = join(path, '..', 'written.db');
  database.exec(`
    CREATE TABLE loading (id INTEGER PRIMARY KEY, a, b AS (readfile('/lib/x' || a)));
    CREATE TABLE writing (id INTEGER PRIMARY KEY, a CHECK (writefile('${target}', a) IS NOT 0));
    CREATE INDEX editing ON writing (edit(a)); CREATE UNIQUE INDEX only_one ON loading (readfile(a));
    CREATE TABLE attaching (a TEXT UNIQUE NOT NULL DEFAULT (readfile('/lib/y')), b);
    CREATE TRIGGER never AFTER INSERT ON attaching BEGIN DELETE FROM fine; END;
    CREATE TABLE fine (a); CREATE VIEW "over" AS SELECT load_extension(a) FROM fine;
    CREATE VIEW endless AS ${ENDLESS};
    CREATE VIEW pragma_index_list AS SELECT i AS name, 'pk' AS origin, 1 AS "unique", 0 AS partial FROM endless;
    CREATE VIEW pragma_index_xinfo AS SELECT i AS name, 'NOCASE' AS coll, 1 AS key FROM endless;
    CREATE VIEW json_each AS SELECT i AS value FROM endless;
    CREATE TABLE dbstat (name, ncell);
    CREATE VIRTUAL TABLE words USING fts5(body); INSERT INTO words VALUES ('row 1');
  `);
  for (let n = 1; n <= rows; n++) {
    database.prepare('INSERT INTO loading (id, a) VALUES (?, ?)').run(n, `row ${n}`);
    database.prepare('INSERT INTO writing (id, a) VALUES (?, ?)').run(n, `row ${n}`);
    database.prepare('INSERT INTO fine (a) VALUES (?)').run(`row ${n}`);
  }
  database.close();
}

test('what a schema would have called, written or asked is left alone where it is compared', async () => {
  const scene = await setScene();
  const { core } = scene;
  const [before, after] = [join(scene.folder, 'a.db'), join(scene.folder, 'b.db')];
  makeHostile(before, 3);
  makeHostile(after, 5);
  const files = othersFiles(scene);
  const viewId = await openComparison(core, { path: before }, { path: after });
  const { comparison } = await core.call('compare.summary', { viewId });
  const tables = Object.fromEntries(comparison.tables.map((table) => [table.name, table]));
  for (const name of ['writing', 'fine'])
    expect(tables[name], name).toMatchObject({ rows: { added: 2, removed: 0, changed: 0 }, uncompared: null });
  for (const { name, kind } of comparison.tables)
    if (kind === 'table') {
      const answer = await core.answer('compare.rows', { viewId, table: name });
      if (!answer.ok) expect(answer.error, name).toMatchObject({ code: 'UNSUPPORTED', hint: expect.any(String) });
    }
  const answer = await core.answer('compare.sql', { viewId });
  if (!answer.ok) expect(answer.error).toMatchObject({ code: 'UNSUPPORTED', hint: expect.any(String) });
  expect(othersFiles(scene)).toEqual(files);
});

test('and where all snapshots are searched', async () => {
  const scene = await setScene();
  const { core, plan } = scene;
  makeHostile(join(scene.folder, 'hostile.db'), 3);
  copyFileSync(join(scene.folder, 'hostile.db'), scene.source);
  await takeBackup(scene);
  const files = othersFiles(scene);
  const { run } = await core.call('rows.find', { planId: plan.id, text: 'row 1' });
  expect((await core.runEnded(run.id)).state).toBe('succeeded');
  const { rows } = await core.call('rows.listFound', { runId: run.id });
  expect(rows.map(({ table }) => table)).toEqual(expect.arrayContaining(['fine', 'words', 'writing']));
  expect(othersFiles(scene)).toEqual(files);
  expectNothingLeft(scene);
});

test.each(BROKEN_RULES.map(({ what, make }) => ({ what, make })))(
  '$what are compared as they are',
  async ({ make }) => {
    const scene = await setScene();
    const path = join(scene.folder, 'faulty.db');
    make(path);
    const viewId = await openComparison(scene.core, { path }, { path });
    const { comparison } = await scene.core.call('compare.summary', { viewId });
    expect(comparison.tables.map(({ state, uncompared }) => [state, uncompared])).toEqual(
      comparison.tables.map(() => ['same', null]),
    );
  },
);

const PAGE = 4096;

/** A database whose table leads through four levels of pages to one leaf, over and over: SQLite reads billions of rows. */
function makeBomb(path: string): void {
  const database = new Database(path);
  database.pragma(`page_size = ${PAGE}`);
  database.exec(`CREATE TABLE many (id INTEGER PRIMARY KEY, v);
    INSERT INTO many WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 150000) SELECT i, 'x' FROM n`);
  const root = database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'many'").pluck().get() as number;
  database.close();
  const file = readFileSync(path);
  const top = Buffer.from(file.subarray((root - 1) * PAGE, root * PAGE));
  const cells = top.readUInt16BE(3);
  const children = Array.from({ length: cells }, (_, n) => top.readUInt32BE(top.readUInt16BE(12 + n * 2)));
  const levels = [root, ...children.slice(0, 4)];
  for (const [depth, page] of levels.slice(0, -1).entries()) {
    const child = levels[depth + 1] ?? 0;
    for (let n = 0; n < cells; n++) top.writeUInt32BE(child, top.readUInt16BE(12 + n * 2));
    top.writeUInt32BE(child, 8);
    top.copy(file, (page - 1) * PAGE);
  }
  writeFileSync(path, file);
}

test('a scan without end is ended when it is cancelled, wherever it is, and the service answers meanwhile', async () => {
  const { startWorkerProcess, sent } = tellingProcesses();
  const scene = await setScene({ ports: { startWorkerProcess } });
  const { core } = scene;
  const path = join(scene.folder, 'bomb.db');
  makeBomb(path);
  const viewId = await openView(core, { path });
  const filters = [{ column: 'v', is: 'equal' as const, text: 'no such value' }];
  const compare = async (signal: AbortSignal) => {
    const { run } = await core.call('compare.open', { before: { path }, after: { path } });
    signal.addEventListener('abort', () => void core.call('runs.cancel', { runId: run.id }));
    const { state, error } = await core.runEnded(run.id);
    return { ok: state !== 'cancelled', error };
  };
  for (const [text, ask] of [
    ['"compare"', compare],
    ['count(*)', (signal) => core.answer('browse.query', { viewId, sql: 'SELECT count(*) FROM many' }, signal)],
    ['no such value', (signal) => core.answer('browse.rows', { viewId, table: 'many', filters }, signal)],
  ] satisfies Array<[string, (signal: AbortSignal) => Promise<unknown>]>) {
    const cancelling = new AbortController();
    const reached = sent(text);
    const asked = ask(cancelling.signal);
    await reached;
    expect(await medianAnswer(core), text).toBeLessThan(ANSWERED_MS);
    cancelling.abort();
    expect(await asked, text).toMatchObject({ ok: false, error: { code: 'CANCELLED' } });
  }
  while (workerProcesses().length > 0) await setImmediate();
  expectNothingLeft(scene);
}, 240_000);

test('a search is ended within a table, and what it was reading is removed', async () => {
  const clock = new FakeClock();
  const { startWorkerProcess, sent } = tellingProcesses();
  const scene = await setScene({ ports: { clock, startWorkerProcess } });
  const { core, plan } = scene;
  const database = new Database(scene.source);
  database.exec(`CREATE TABLE many (v TEXT);
    INSERT INTO many WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
      SELECT replace(hex(zeroblob(450000)), '0', 'a') FROM n`);
  database.close();
  await takeBackup(scene);
  const reached = sent('find-rows');
  // Of each place in a value, SQLite compares nearly all of this text.
  const { run } = await core.call('rows.find', { planId: plan.id, text: `${'a'.repeat(999)}b` });
  await reached;
  expect(await medianAnswer(core)).toBeLessThan(ANSWERED_MS);
  await core.call('runs.cancel', { runId: run.id });
  await clock.advance(5_000, async () => {});
  expect((await core.runEnded(run.id)).state).toBe('cancelled');
  expect(workerProcesses()).toEqual([]);
  expect(existsSync(join(scene.home, 'staging')) ? readdirSync(join(scene.home, 'staging')) : []).toEqual([]);
});
