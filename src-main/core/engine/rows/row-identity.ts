import { quoteName, unchecked } from '../sqlite/count-rows.ts';
import type { Database } from '../sqlite/open-database.ts';
import { askPragma } from './ask-pragma.ts';
import { hasRows, type Table } from './describe-tables.ts';

/*
 * What tells rows apart. Between two states of a database it is a PRIMARY KEY or a UNIQUE index over columns that are
 * never NULL, and never the rowid alone, for VACUUM may number rows anew. Within one image it is the row's address.
 */

/** How SQLite compares text: the collations that are part of it. */
export type Collation = 'BINARY' | 'NOCASE' | 'RTRIM';

const known: readonly string[] = ['BINARY', 'NOCASE', 'RTRIM'] satisfies Collation[];

/** A column of a key. */
export interface KeyColumn {
  name: string;
  collation: Collation;
}

/** What tells the rows of a table apart, in all states of its database. */
export interface RowIdentity {
  columns: KeyColumn[];
  /** The key is the INTEGER PRIMARY KEY, which is the rowid. */
  isRowid: boolean;
}

/** Columns whose values only one row may have. */
export interface UniqueKey extends RowIdentity {
  /** NULL can stand in it, any number of times. */
  nullable: boolean;
  /** It tells rows apart wherever it holds no NULL: others need a collation that is not known here, or are NULL at will. */
  identifies: boolean;
}

/** Returns what addresses a row within its database, as SQL; empty: nothing does. */
export function addressOf({ rowid, withoutRowid, primaryKey }: Table): string[] {
  if (rowid !== null) return [rowid];
  return withoutRowid ? primaryKey.map(quoteName) : [];
}

/** Returns the columns that identify the rows of a table; empty: only their content tells rows apart. */
export function keyColumnsOf(database: Database, table: Table): string[] {
  const key = uniqueKeysOf(database, table).find(({ identifies }) => identifies);
  return key?.columns.map(({ name }) => name) ?? [];
}

/**
 * Finds what tells rows apart in both states of a table.
 * @returns `null`: rows are compared by their content
 */
export function commonIdentity(
  before: { database: Database; table: Table },
  after: { database: Database; table: Table },
): RowIdentity | null {
  const others = uniqueKeysOf(after.database, after.table).filter(({ identifies }) => identifies);
  for (const key of uniqueKeysOf(before.database, before.table)) {
    const other = others.find((candidate) => sameKey(key, candidate));
    if (!key.identifies || other === undefined) continue;
    if (key.nullable && hasNull(before, key)) continue;
    if (other.nullable && hasNull(after, other)) continue;
    return { columns: key.columns, isRowid: key.isRowid && other.isRowid };
  }
  return null;
}

const sameKey = (one: RowIdentity, other: RowIdentity): boolean =>
  one.columns.length === other.columns.length &&
  one.columns.every(({ name, collation }, n) => {
    const its = other.columns[n];
    return its?.name.toLowerCase() === name.toLowerCase() && its.collation === collation;
  });

interface IndexInfo {
  name: string;
  origin: string;
  unique: number;
  partial: number;
}

/** Returns the unique keys of a table that concern all its rows by plain columns, the primary key first. */
export function uniqueKeysOf(database: Database, table: Table): UniqueKey[] {
  if (!hasRows(table)) return [];
  // Not the table-valued function: a table of the database may have its name.
  const indexes = askPragma<IndexInfo>(database, `main.index_list(${quoteName(table.name)})`);
  const keys = indexes
    .filter(({ unique, partial }) => unique === 1 && partial === 0)
    .sort((one, other) => Number(other.origin === 'pk') - Number(one.origin === 'pk'))
    .flatMap((index) => keyOf(database, index, table));
  if (!isRowidKey(table, indexes)) return keys;
  const [name = ''] = table.primaryKey;
  return [{ columns: [{ name, collation: 'BINARY' }], isRowid: true, nullable: false, identifies: true }, ...keys];
}

/** A primary key with a separate index, such as INTEGER PRIMARY KEY DESC, does not stand for the rowid. */
const isRowidKey = (table: Table, indexes: readonly IndexInfo[]): boolean =>
  !table.withoutRowid &&
  table.primaryKey.length === 1 &&
  table.columns.find(({ name }) => name === table.primaryKey[0])?.type.toUpperCase() === 'INTEGER' &&
  indexes.every(({ origin }) => origin !== 'pk');

function keyOf(database: Database, { name, origin }: IndexInfo, { columns, withoutRowid }: Table): UniqueKey[] {
  const parts = askPragma<{ name: string | null; coll: string; key: number }>(
    database,
    `main.index_xinfo(${quoteName(name)})`,
  );
  const isPrimary = origin === 'pk';
  const key: KeyColumn[] = [];
  let [nullable, isKnown] = [false, true];
  for (const part of parts.filter((each) => each.key === 1)) {
    const column = columns.find((each) => each.name === part.name);
    if (column === undefined) return [];
    const collation = part.coll.toUpperCase();
    nullable ||= !column.notNull && !(withoutRowid && isPrimary);
    isKnown &&= known.includes(collation);
    // By a collation that is not known here, the rows of a primary key differ in their bytes at least.
    key.push({ name: column.name, collation: known.includes(collation) ? (collation as Collation) : 'BINARY' });
  }
  if (key.length === 0) return [];
  return [{ columns: key, isRowid: false, nullable, identifies: isPrimary || (!nullable && isKnown) }];
}

/** Where an index cannot be asked, for its collation is not known here, NULL is taken to be there. */
function hasNull({ database, table }: { database: Database; table: Table }, { columns }: RowIdentity): boolean {
  const isNull = columns.map(({ name }) => `${quoteName(name)} IS NULL`).join(' OR ');
  try {
    return database.prepare(`SELECT 1 FROM main.${quoteName(table.name)} WHERE ${isNull} LIMIT 1`).get() !== undefined;
  } catch (error) {
    if (unchecked(error) === null) throw error;
    return true;
  }
}
