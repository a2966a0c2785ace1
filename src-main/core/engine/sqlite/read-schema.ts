import type { Database } from './open-database.ts';

/** An entry of a database's schema. */
export interface SchemaEntry {
  /** `table`, `index`, `view` or `trigger`. */
  type: string;
  name: string;
  table: string;
  /** 0: it has no pages, as a view, a trigger or a virtual table. */
  rootpage: number;
  /** `null`: SQLite made it for a key. */
  sql: string | null;
}

/**
 * Every entry of the schema as SQLite reads it: from its statement, whatever is stored as its type, and also where a
 * text is stored as a blob.
 * @param order `names` does not depend on its history; `made` is the one they were made in
 */
export function readSchema(database: Database, order: 'names' | 'made' = 'names'): SchemaEntry[] {
  const entries = database
    .prepare<[], SchemaEntry>(
      `SELECT CAST(type AS TEXT) AS type, CAST(name AS TEXT) AS name, CAST(tbl_name AS TEXT) AS "table",
         ifnull(rootpage, 0) AS rootpage, CAST(sql AS TEXT) AS sql
       FROM main.sqlite_schema ORDER BY ${order === 'names' ? 'name, tbl_name' : 'rowid'}`,
    )
    .all()
    .map((entry) => ({ ...entry, type: typeOf(entry.sql, entry.type) }));
  // Names sorted by SQLite, types by what they were found to be; the order of what is equal stays.
  return order === 'names' ? entries.sort((one, other) => compare(one.type, other.type)) : entries;
}

/**
 * Whether each entry is stored as SQLite stores it. What is not, VACUUM leaves out without a word, for it asks for the
 * stored types.
 */
export function isStoredAsUsual(database: Database): boolean {
  const stored = database.prepare('SELECT type, CAST(sql AS TEXT) FROM main.sqlite_schema').raw();
  for (const [type, sql] of stored.iterate() as Iterable<[unknown, string | null]>)
    if (type !== typeOf(sql, 'index')) return false;
  return true;
}

const STATEMENT = /^CREATE\s+(?:UNIQUE\s+|VIRTUAL\s+)?(TABLE|INDEX|VIEW|TRIGGER)\b/i;

/** @param otherwise what it is where there is no statement that says so */
const typeOf = (sql: string | null, otherwise: string): string =>
  STATEMENT.exec(sql ?? '')?.[1]?.toLowerCase() ?? otherwise;

const compare = (one: string, other: string): number => Number(one > other) - Number(one < other);
