import type { TableRows } from '../../../../src-shared/model/values.ts';
import { type Lack, whyUnchecked } from '../../../../src-shared/rules/sqlite/sqlite-findings.ts';
import { errorCode } from '../engine-errors.ts';
import type { Database } from './open-database.ts';
import { readSchema } from './read-schema.ts';

/**
 * Counts the rows of each table with rows of its own, in the order of their names. Virtual tables are left out: their
 * rows lie in shadow tables, which are counted, and counting through a module may need an extension that is not here.
 * @param onTable called before each table is counted, so that a long count can be followed and stopped
 * @param from `tables` counts in the tables themselves where indexes are out of step with them; an index is smaller
 */
export function countRows(
  database: Database,
  onTable: () => void,
  from: 'indexes' | 'tables' = 'indexes',
): TableRows[] {
  const names = readSchema(database)
    .filter(({ type, name, rootpage }) => type === 'table' && rootpage > 0 && !/^sqlite_/i.test(name))
    .map(({ name }) => name);
  let withoutRowid: ReadonlySet<string> | undefined;
  return names.map((name) => {
    onTable();
    const count = `SELECT count(*) FROM main.${quoteName(name)}`;
    // Through the table itself also where an index has an order that is not known here.
    const byIndex = from === 'tables' ? null : askFor(database, count);
    const counted = byIndex ?? askFor(database, `${count} NOT INDEXED`);
    if (counted !== null) return { name, rows: counted };
    withoutRowid ??= tablesWithoutRowid(database);
    return { name, rows: withoutRowid.has(name) ? countCells(database, name) : null };
  });
}

/** Returns the answer; `null` where SQLite lacks what the database's own program brings. */
function askFor(database: Database, sql: string, ...values: string[]): number | null {
  try {
    return Number(
      database
        .prepare(sql)
        .pluck()
        .get(...values),
    );
  } catch (error) {
    if (unchecked(error) === null) throw error;
    return null;
  }
}

/** The rows of a table WITHOUT ROWID are the cells of all its pages. Named `temp.dbstat`, no table of the database is taken for SQLite's. */
function countCells(database: Database, name: string): number | null {
  return askFor(database, 'SELECT sum(ncell) FROM temp.dbstat WHERE name = ?', name);
}

function tablesWithoutRowid(database: Database): ReadonlySet<string> {
  const tables = database.pragma('main.table_list') as Array<{ name: string; wr: number }>;
  return new Set(tables.filter(({ wr }) => wr === 1).map(({ name }) => name));
}

/** Returns why SQLite could not check something; `null` for any other error: see {@link whyUnchecked}. */
export function unchecked(error: unknown): Lack | null {
  return whyUnchecked(errorCode(error), error instanceof Error ? error.message : '');
}

/** Quotes a name for use in SQL. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
