import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HistoryFiles, sha256Of } from '../../support/history-files.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

/** How many scripts are tried; 2,000 take some minutes, in a TMPDIR in memory. */
const SCRIPTS = Number(process.env.SNAPKEEP_HISTORY_SCRIPTS ?? 25);

const upTo = (max: number) => fc.nat({ max });

/** What happens to a database and its history, each with numbers that say how much, or where. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('insert' as const), rows: upTo(60), bytes: upTo(1500) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), every: upTo(4), rest: upTo(4) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('update' as const), id: upTo(60), bytes: upTo(3000) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('vacuum' as const), pageSize: upTo(4) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('schema' as const), table: upTo(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('journal' as const), wal: fc.boolean() }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('capture' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('merge' as const), from: upTo(6), points: upTo(4) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drop' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const script = fc.record({
  pageSize: fc.constantFrom(512, 1024, 4096, 65_536),
  vacuum: fc.constantFrom('NONE', 'FULL', 'INCREMENTAL'),
  steps: fc.array(step, { minLength: 4, maxLength: 24 }),
});

const PAGE_SIZES = [512, 1024, 2048, 4096];

function edit(database: Database.Database, change: Step): void {
  if (change.do === 'insert') {
    const insert = database.prepare('INSERT INTO t (a, b) VALUES (?, randomblob(?))');
    database.transaction(() => {
      for (let n = 0; n < change.rows; n++) insert.run(`row ${n}`, change.bytes);
    })();
  } else if (change.do === 'delete')
    database.prepare('DELETE FROM t WHERE id % ? = ?').run(change.every + 1, change.rest);
  else if (change.do === 'update')
    database.prepare('UPDATE t SET b = zeroblob(?) WHERE id = ?').run(change.bytes, change.id);
  else if (change.do === 'vacuum') {
    // In WAL mode, the page size stays as it is.
    database.pragma(`page_size = ${PAGE_SIZES[change.pageSize] ?? 4096}`);
    database.exec('VACUUM');
  } else if (change.do === 'schema') {
    const name = `t${change.table}`;
    const has = database.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(name) !== undefined;
    database.exec(has ? `DROP TABLE ${name}` : `CREATE TABLE ${name} AS SELECT * FROM t LIMIT 20`);
  } else if (change.do === 'journal') database.pragma(`journal_mode = ${change.wal ? 'WAL' : 'DELETE'}`);
}

/** @returns whether files were merged */
async function keep(history: HistoryFiles, change: Step): Promise<boolean> {
  if (change.do === 'capture') await history.capture();
  else if (change.do === 'drop') history.dropUnused();
  else if (change.do === 'merge') {
    const { points } = history;
    const at = change.from % points.length;
    // From the point before, or into the base.
    const to = points.slice(0, at + change.points + 2).at(-1)?.txid ?? 0;
    return history.merge(points[at - 1]?.txid ?? 0, to);
  }
  return false;
}

test('each point that is kept is the image that was captured, whatever was merged and removed', async () => {
  const folder = temporaryFolder();
  const found = { points: 0, merged: 0, changes: 0 };
  await fc.assert(
    fc.asyncProperty(script, async ({ pageSize, vacuum, steps }) => {
      const place = join(folder, 'script');
      mkdirSync(place);
      const source = join(place, 'app.db');
      const database = new Database(source);
      try {
        database.pragma('synchronous = OFF');
        database.pragma(`page_size = ${pageSize}`);
        database.pragma(`auto_vacuum = ${vacuum}`);
        database.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b BLOB); CREATE INDEX t_a ON t(a)');
        const history = new HistoryFiles(place, source);
        await history.capture();
        for (const change of steps) {
          edit(database, change);
          if (await keep(history, change)) found.merged++;
        }
        const target = join(place, 'rebuilt.db');
        for (const point of history.points) {
          await history.rebuild(point, target);
          expect(sha256Of(target)).toBe(point.sha256);
        }
        found.points += history.points.length;
        found.changes += history.files.filter(({ min }) => min > 1).length;
      } finally {
        database.close();
        rmSync(place, { recursive: true });
      }
    }),
    { numRuns: SCRIPTS },
  );
  expect(found.points).toBeGreaterThan(SCRIPTS);
  expect(found.merged).toBeGreaterThan(0);
  expect(found.changes).toBeGreaterThan(0);
}, 3_600_000);
