import { quoteName } from '../sqlite/count-rows.ts';
import type { Database } from '../sqlite/open-database.ts';
import type { Table } from './describe-tables.ts';

const KNOWN_COLLATIONS = new Set(['BINARY', 'NOCASE', 'RTRIM']);

/**
 * Returns the columns that identify the rows of a table in all states of its database: its PRIMARY KEY, else a UNIQUE
 * index over columns that are never NULL; empty: only their content tells rows apart. The rowid does not: VACUUM may
 * number rows anew.
 */
export function keyColumnsOf(database: Database, table: Table): string[] {
  if (table.kind !== 'table') return [];
  if (table.primaryKey.length > 0) return table.primaryKey;
  const notNull = new Set(table.columns.filter((column) => column.notNull).map(({ name }) => name));
  const indexes = database.pragma(`main.index_list(${quoteName(table.name)})`) as Array<{
    name: string;
    unique: number | bigint;
    partial: number | bigint;
  }>;
  for (const { name, unique, partial } of indexes) {
    if (Number(unique) !== 1 || Number(partial) !== 0) continue;
    const parts = database.pragma(`main.index_xinfo(${quoteName(name)})`) as Array<{
      name: string | null;
      coll: string;
      key: number | bigint;
    }>;
    const key = parts.filter((part) => Number(part.key) === 1);
    const identifies = key.every(
      ({ name: column, coll }) => column !== null && notNull.has(column) && KNOWN_COLLATIONS.has(coll.toUpperCase()),
    );
    if (identifies) return key.flatMap(({ name: column }) => column ?? []);
  }
  return [];
}
