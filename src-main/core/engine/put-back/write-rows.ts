import { sqlTokens } from '../../../../src-shared/rules/sqlite/sql-tokens.ts';
import { sqlValueOf } from '../rows/cells.ts';
import { quoteName } from '../sqlite/count-rows.ts';
import type { Database } from '../sqlite/open-database.ts';
import { readSchema } from '../sqlite/read-schema.ts';
import type { PutBackPlan } from './plan-rows.ts';
import { statementOf, writtenRows } from './statements.ts';

/** Says that a statement did something else than the plan says. */
export class UnexpectedChange extends Error {}

/** Readies a connection: foreign keys are checked, and at the end, so that rows may come in any order. */
export function beginPutBack(target: Database): void {
  target.pragma('foreign_keys = ON');
  // A commit is on the disk before anyone is told of it.
  target.pragma('synchronous = FULL');
  target.exec('BEGIN IMMEDIATE');
  target.pragma('defer_foreign_keys = ON');
}

/** What writing rows came to. */
export interface WrittenRows {
  /** Rows that were changed altogether, as SQLite counts them: triggers and foreign keys included. */
  changes: number;
  /** By how many rows each table grew; `null`: nothing in the schema says REPLACE, whose deletions SQLite does not count. */
  growth: Record<string, number> | null;
}

/**
 * Writes the rows of a plan within the open transaction.
 * @throws UnexpectedChange where a statement changed another number of rows than one
 */
export function writeRows(
  target: Database,
  plan: PutBackPlan,
  onRow: (done: number, total: number) => void,
): WrittenRows {
  const before = totalChanges(target);
  const counted = replaces(target) ? rowCounts(target) : null;
  const rows = writtenRows(plan);
  for (const [at, row] of rows.entries()) {
    const { sql, values } = statementOf(row);
    const { changes } = target.prepare(sql).run(...values.map(sqlValueOf));
    if (Number(changes) !== 1) throw new UnexpectedChange(`A statement on ${row.table.name} changed ${changes} rows.`);
    onRow(at + 1, rows.length);
  }
  const changes = totalChanges(target) - before;
  if (counted === null) return { changes, growth: null };
  const grown = [...rowCounts(target)].map(([name, count]) => [name, count - (counted.get(name) ?? 0)] as const);
  return { changes, growth: Object.fromEntries(grown.filter(([, count]) => count !== 0)) };
}

export const totalChanges = (target: Database): number =>
  Number(target.prepare('SELECT total_changes()').pluck().get());

/** Whether a table or trigger says REPLACE. */
const replaces = (target: Database): boolean =>
  readSchema(target).some(
    ({ type, sql }) =>
      (type === 'table' || type === 'trigger') &&
      sqlTokens(sql ?? '').some((token) => token.toUpperCase() === 'REPLACE'),
  );

function rowCounts(target: Database): Map<string, number> {
  const tables = readSchema(target).filter(
    ({ type, name, rootpage }) => type === 'table' && rootpage > 0 && !/^sqlite_/i.test(name),
  );
  return new Map(
    tables.map(({ name }) => [
      name,
      Number(
        target
          .prepare(`SELECT count(*) FROM main.${quoteName(name)}`)
          .pluck()
          .get(),
      ),
    ]),
  );
}
