import type { BrowsedSchema, BrowsedTable } from '../../../../src-shared/model/rows/browse.ts';
import { quoteName, unchecked } from '../sqlite/count-rows.ts';
import type { Database } from '../sqlite/open-database.ts';
import { readSchema } from '../sqlite/read-schema.ts';
import { describeTables } from './describe-tables.ts';

/** How long tables are counted, in milliseconds; a count that is begun cannot be stopped. */
const COUNTING_MS = 400;
/** A file of this size is read in about that time, in bytes. */
const COUNTED_BYTES = 200_000_000;

/**
 * Describes what a database contains.
 * @param known rows of tables that were counted before; without them, they are counted while that is quick
 */
export function describeSchema(database: Database, known: ReadonlyMap<string, number> | null): BrowsedSchema {
  const entries = readSchema(database);
  const sqlOf = new Map(
    entries.filter(({ type }) => type === 'table' || type === 'view').map(({ name, sql }) => [name, sql]),
  );
  const partsOf = Map.groupBy(
    entries.filter(({ type }) => type === 'index' || type === 'trigger'),
    ({ table }) => table.toLowerCase(),
  );
  const pragma = (name: string): unknown => database.pragma(name, { simple: true });
  const pageSize = Number(pragma('page_size'));
  const count = counter(database, known, Number(pragma('page_count')) * pageSize);
  const tables = describeTables(database).map((table): BrowsedTable => {
    const parts = (partsOf.get(table.name.toLowerCase()) ?? []).map(({ type, name, sql }) => ({
      type: type as 'index' | 'trigger',
      name,
      sql,
    }));
    const rows = table.kind === 'view' || table.kind === 'virtual' ? null : count(table.name);
    return { ...table, sql: sqlOf.get(table.name) ?? null, parts, rows };
  });
  return { encoding: String(pragma('encoding')), pageSize, tables };
}

function counter(
  database: Database,
  known: ReadonlyMap<string, number> | null,
  bytes: number,
): (table: string) => number | null {
  const until = performance.now() + COUNTING_MS;
  return (table) => {
    const rows = known?.get(table);
    if (rows !== undefined) return rows;
    if (known !== null || bytes > COUNTED_BYTES || performance.now() > until) return null;
    try {
      return Number(
        database
          .prepare(`SELECT count(*) FROM main.${quoteName(table)}`)
          .pluck()
          .get(),
      );
    } catch (error) {
      if (unchecked(error) === null) throw error;
      return null;
    }
  };
}
