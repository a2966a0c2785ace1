import type { Column, Table } from '../rows/describe-tables.ts';
import { quoteName, unchecked } from '../sqlite/count-rows.ts';
import type { Database } from '../sqlite/open-database.ts';
import type { Collation } from './row-order.ts';

/** A column of a key. */
export interface KeyColumn {
  name: string;
  collation: Collation;
}

/** What tells the rows of a table apart, in both states. */
export interface RowIdentity {
  columns: KeyColumn[];
  /** The key is the INTEGER PRIMARY KEY, which is the rowid. */
  isRowid: boolean;
}

interface IndexInfo {
  name: string;
  origin: string;
  unique: number;
  partial: number;
}

interface Key extends RowIdentity {
  /** NULL can stand in it, any number of times. */
  nullable: boolean;
}

const known: readonly string[] = ['BINARY', 'NOCASE', 'RTRIM'] satisfies Collation[];

/**
 * Finds what tells rows apart in both states of a table: its primary key, else a unique index over columns that are
 * never NULL. The rowid alone never does: VACUUM may number rows anew.
 * @returns `null`: rows are compared by their content
 */
export function identityOf(
  before: { database: Database; table: Table },
  after: { database: Database; table: Table },
): RowIdentity | null {
  const others = keysOf(after.database, after.table);
  for (const key of keysOf(before.database, before.table)) {
    const other = others.find((candidate) => sameKey(key, candidate));
    if (other === undefined) continue;
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

function keysOf(database: Database, table: Table): Key[] {
  const indexes = indexesOf(database, table.name);
  const columns = new Map(table.columns.map((column) => [column.name, column]));
  if (isRowidKey(table, indexes)) {
    const [name = ''] = table.primaryKey;
    return [{ columns: [{ name, collation: 'BINARY' }], isRowid: true, nullable: false }];
  }
  return indexes
    .filter(({ unique, partial }) => unique === 1 && partial === 0)
    .sort((one, other) => Number(other.origin === 'pk') - Number(one.origin === 'pk'))
    .flatMap((index) => keyOf(database, index, columns, table.withoutRowid));
}

/** A primary key with a separate index, such as INTEGER PRIMARY KEY DESC, does not stand for the rowid. */
const isRowidKey = (table: Table, indexes: readonly IndexInfo[]): boolean =>
  !table.withoutRowid &&
  table.primaryKey.length === 1 &&
  table.columns.find(({ name }) => name === table.primaryKey[0])?.type.toUpperCase() === 'INTEGER' &&
  indexes.every(({ origin }) => origin !== 'pk');

function indexesOf(database: Database, table: string): IndexInfo[] {
  return database
    .prepare('SELECT name, origin, "unique", partial FROM pragma_index_list(?, \'main\')')
    .all(table) as IndexInfo[];
}

function keyOf(
  database: Database,
  { name, origin }: IndexInfo,
  columns: ReadonlyMap<string, Column>,
  withoutRowid: boolean,
): Key[] {
  const parts = database
    .prepare("SELECT name, coll FROM pragma_index_xinfo(?, 'main') WHERE key = 1 ORDER BY seqno")
    .all(name) as Array<{ name: string | null; coll: string }>;
  const key: KeyColumn[] = [];
  let nullable = false;
  for (const part of parts) {
    const column = part.name === null ? undefined : columns.get(part.name);
    if (column === undefined) return [];
    const collation = part.coll.toUpperCase();
    nullable ||= !column.notNull && !(withoutRowid && origin === 'pk');
    // By a collation that is not known here, the rows of a primary key differ in their bytes at least.
    if (!known.includes(collation) && origin !== 'pk') return [];
    key.push({ name: column.name, collation: known.includes(collation) ? (collation as Collation) : 'BINARY' });
  }
  if (key.length === 0 || (nullable && origin !== 'pk')) return [];
  return [{ columns: key, isRowid: false, nullable }];
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
