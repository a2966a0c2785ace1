import { quoteName } from '../sqlite/count-rows.ts';
import type { Database } from '../sqlite/open-database.ts';

/** A column of a table or view. */
export interface Column {
  name: string;
  /** As declared; empty where nothing is. */
  type: string;
  notNull: boolean;
  /** The expression of its DEFAULT; `null`: none. */
  defaultSql: string | null;
  generated: 'virtual' | 'stored' | null;
  /** Of a virtual table: not part of `SELECT *`. */
  hidden: boolean;
}

/** A table, a virtual table, a table in which a virtual one keeps its rows (`shadow`), or a view. */
export interface Table {
  name: string;
  kind: 'table' | 'virtual' | 'shadow' | 'view';
  columns: Column[];
  /** The columns of its PRIMARY KEY in their order; empty: it has none. */
  primaryKey: string[];
  withoutRowid: boolean;
  strict: boolean;
  /** The name under which the rowid can be read; `null`: it has none, or its columns hide all three names. */
  rowid: string | null;
}

/** Whether rows are stored in it: it is neither virtual nor a view. */
export const hasRows = ({ kind }: Pick<Table, 'kind'>): boolean => kind === 'table' || kind === 'shadow';

/** Finds a table by its name, as SQLite compares names. */
export const tableNamed = (tables: readonly Table[], name: string): Table | undefined =>
  tables.find((table) => table.name.toLowerCase() === name.toLowerCase());

interface ListedTable {
  schema: string;
  name: string;
  type: Table['kind'];
  wr: number | bigint;
  strict: number | bigint;
}

interface ColumnInfo {
  name: string;
  type: string;
  notnull: number | bigint;
  dflt_value: string | null;
  pk: number | bigint;
  hidden: number | bigint;
}

/**
 * Describes every table and view of the main schema but SQLite's own, by name.
 * @param name only this one
 */
export function describeTables(database: Database, name?: string): Table[] {
  const asked = name === undefined ? 'main.table_list' : `main.table_list(${quoteName(name)})`;
  const listed = database.pragma(asked) as ListedTable[];
  return listed
    .filter(({ schema, name }) => schema === 'main' && !/^sqlite_/i.test(name))
    .sort((one, other) => Number(one.name > other.name) - Number(one.name < other.name))
    .map((table) => describeTable(database, table));
}

function describeTable(database: Database, { name, type, wr, strict }: ListedTable): Table {
  const infos = columnsOf(database, name);
  const withoutRowid = Number(wr) === 1;
  const names = new Set(infos.map((info) => info.name.toLowerCase()));
  const hasRowid = !withoutRowid && type !== 'view';
  return {
    name,
    kind: type,
    columns: infos.map(columnOf),
    primaryKey: infos
      .filter(({ pk }) => Number(pk) > 0)
      .sort((one, other) => Number(one.pk) - Number(other.pk))
      .map((info) => info.name),
    withoutRowid,
    strict: Number(strict) === 1,
    rowid: hasRowid ? (['rowid', '_rowid_', 'oid'].find((candidate) => !names.has(candidate)) ?? null) : null,
  };
}

/** A view of a table that is gone, or a virtual table whose module is not here, has no columns that can be known. */
function columnsOf(database: Database, name: string): ColumnInfo[] {
  try {
    return database.pragma(`main.table_xinfo(${quoteName(name)})`) as ColumnInfo[];
  } catch {
    return [];
  }
}

const columnOf = ({ name, type, notnull, dflt_value, hidden }: ColumnInfo): Column => ({
  name,
  type,
  notNull: Number(notnull) === 1,
  defaultSql: dflt_value,
  generated: Number(hidden) === 2 ? 'virtual' : Number(hidden) === 3 ? 'stored' : null,
  hidden: Number(hidden) === 1,
});
