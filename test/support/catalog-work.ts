import { onTestFinished } from 'vitest';
import { openDatabase } from '../../src-main/core/engine/sqlite/open-database.ts';

/** Statements that have been run on any database of this process, and rows that they have answered. */
export interface Work {
  statements: number;
  rows: number;
}

type Prototype = Record<string, (...args: never[]) => unknown>;

/** Replaces methods of a prototype until the test has ended. */
function replace(
  prototype: Prototype,
  names: readonly string[],
  by: (original: Prototype[string]) => Prototype[string],
) {
  for (const name of names) {
    const original = prototype[name];
    if (original === undefined) throw new Error(`There is no ${name}.`);
    prototype[name] = by(original);
    onTestFinished(() => {
      prototype[name] = original;
    });
  }
}

/** Counts what this process asks of databases, until the test has ended. */
export function countWork(): Work {
  const work = { statements: 0, rows: 0 };
  const database = openDatabase(':memory:');
  const prototype = Object.getPrototypeOf(database.prepare('SELECT 1')) as Prototype;
  database.close();
  replace(
    prototype,
    ['all', 'get', 'run'],
    (original) =>
      function count(this: unknown, ...args: never[]): unknown {
        const answer = original.apply(this, args);
        work.statements += 1;
        work.rows += Array.isArray(answer) ? answer.length : 1;
        return answer;
      },
  );
  return work;
}

/** What is done while something goes on. */
export async function during(work: Work, act: () => Promise<unknown>): Promise<Work> {
  const before = { ...work };
  await act();
  return { statements: work.statements - before.statements, rows: work.rows - before.rows };
}

/** Collects the queries that are prepared on any database of this process, until the test has ended. */
export function collectQueries(): ReadonlySet<string> {
  const asked = new Set<string>();
  const database = openDatabase(':memory:');
  const prototype = Object.getPrototypeOf(database) as Prototype;
  database.close();
  replace(
    prototype,
    ['prepare'],
    (original) =>
      function collect(this: unknown, ...args: never[]): unknown {
        const source = String(args[0]);
        if (/^\s*(SELECT|WITH)/.test(source)) asked.add(source);
        return original.apply(this, args);
      },
  );
  return asked;
}

/** What is long in a catalog, by the names that queries give it. */
const LONG =
  /^SCAN (s|c|r|m|v|d|good|snapshots|snapshot_copies|manifests|verifications|runs|run_log|points)\b(?!.*USING)/;

/** The newest rows of a table, whatever is in them: it is read no further. */
const NEWEST = /^[^?]+ ORDER BY number DESC LIMIT \?$/;

/** The queries that read a long table of a catalog from end to end, as SQLite plans them. */
export function scansOf(catalogFile: string, asked: Iterable<string>): string[] {
  const catalog = openDatabase(catalogFile, { readonly: true });
  try {
    return [...asked]
      .filter((source) => !NEWEST.test(source))
      .flatMap((source) => {
        const named = [...source.matchAll(/[@:]([a-z]\w*)/gi)].map(([, name = '']) => [name, null]);
        const values = named.length > 0 ? [Object.fromEntries(named)] : [...source.matchAll(/\?/g)].map(() => null);
        const plan = catalog.prepare(`EXPLAIN QUERY PLAN ${source}`).all(...values) as Array<{ detail: string }>;
        return plan.filter(({ detail }) => LONG.test(detail)).map(({ detail }) => `${detail}: ${source}`);
      });
  } finally {
    catalog.close();
  }
}
