import type { SqlValue } from '../rows/cells.ts';
import { hasRows, type Table } from '../rows/describe-tables.ts';
import { commonIdentity, type RowIdentity } from '../rows/row-identity.ts';
import { storedPosition } from '../rows/stored-values.ts';
import { type Rowid, UnreadablePages } from '../rows/table-pages.ts';
import { quoteName } from '../sqlite/count-rows.ts';
import { type ComparedImage, entryOf } from './compared-image.ts';
import { differingRowids } from './differing-rowids.ts';
import {
  decode,
  LONG_BYTES,
  NotAsStrings,
  type RawRow,
  type RowValue,
  requireStrings,
  sameValue,
  valueSql,
} from './exact-values.ts';
import { type ColumnOrder, compareValues, orderSql } from './row-order.ts';

/** A table of both states. */
export interface TablePair {
  name: string;
  before: ComparedImage;
  after: ComparedImage;
  /** Columns that both have, by their names before. */
  columns: string[];
  /** `null`: its rows are compared by their content. */
  identity: RowIdentity | null;
  tables: { before: Table; after: Table };
  /** Values of more bytes are compared, and given, by their hashes. */
  longFrom: number;
}

/** A row that differs. Its values stand in the order of the columns of its pair. */
export interface RowDifference {
  before: RowValue[] | null;
  after: RowValue[] | null;
  /** Its rowid before; `null`: it was not there, or it is not told. */
  rowid: bigint | null;
}

/** So many rows that may differ are read at once. */
const WINDOW = 500;
/** Where rows have another key than the rowid, so many that may differ are kept in memory; more are sorted by SQLite. */
const MOST_KEPT = 100_000;
/** SQLite sorts by no more terms, and answers no more columns. */
const MOST_TERMS = 2000;

/** Pairs a table of both states; `null`: one of them does not have it. */
export function pairTable(
  before: ComparedImage,
  after: ComparedImage,
  name: string,
  longFrom: number = LONG_BYTES,
): TablePair | null {
  const named = (table: Table): boolean => hasRows(table) && table.name.toLowerCase() === name.toLowerCase();
  const [one, other] = [before.tables.find(named), after.tables.find(named)];
  if (one === undefined || other === undefined) return null;
  const names = new Set(other.columns.map((column) => column.name.toLowerCase()));
  return {
    name: one.name,
    before,
    after,
    columns: one.columns.map((column) => column.name).filter((column) => names.has(column.toLowerCase())),
    identity: commonIdentity({ ...before, table: one }, { ...after, table: other }),
    tables: { before: one, after: other },
    // The bytes of text depend on the encoding.
    longFrom: before.encoding === after.encoding ? longFrom : Number.POSITIVE_INFINITY,
  };
}

/** Whether the rows of a table are told with their rowids: of the most columns that a table can have, there is no room for one. */
export const tellsRowid = ({ tables, columns }: TablePair): boolean =>
  tables.before.rowid !== null && columns.length < MOST_TERMS;

/** The rows of a table that differ, by key; without a key, by content. */
export function* rowDifferences(pair: TablePair): Generator<RowDifference> {
  if (pair.columns.length === 0) return;
  const rowids = rowidsThatMayDiffer(pair);
  if (rowids === null) {
    yield* mergeAll(pair, null);
    return;
  }
  if (pair.identity?.isRowid) {
    yield* byWindows(pair, rowids);
    return;
  }
  const kept: Rowid[] = [];
  try {
    for (const rowid of rowids) if (kept.push(rowid) > MOST_KEPT) break;
  } catch (error) {
    if (!(error instanceof UnreadablePages)) throw error;
    kept.length = MOST_KEPT + 1;
  }
  yield* mergeAll(pair, kept.length > MOST_KEPT ? null : kept);
}

/** Rows are read where their bytes differ alone; `null`: the bytes do not tell. */
function rowidsThatMayDiffer({ name, before, after, tables, columns }: TablePair): Generator<Rowid> | null {
  const [one, other] = [entryOf(before, tables.before.name), entryOf(after, tables.after.name)];
  if (before.pages === null || after.pages === null || one === undefined || other === undefined) return null;
  const alike =
    one.sql === other.sql &&
    columns.length === tables.before.columns.length &&
    before.encoding === after.encoding &&
    before.pages.pageSize === after.pages.pageSize &&
    before.pages.usable === after.pages.usable;
  if (!alike || tables.before.rowid === null || tables.after.rowid === null || /^sqlite_/i.test(name)) return null;
  return differingRowids({ pages: before.pages, root: one.rootpage }, { pages: after.pages, root: other.rootpage });
}

function* byWindows(pair: TablePair, rowids: Generator<Rowid>): Generator<RowDifference> {
  let window: Rowid[] = [];
  let last: Rowid | null = null;
  try {
    for (const rowid of rowids) {
      window.push(rowid);
      if (window.length < WINDOW) continue;
      yield* mergeAll(pair, window);
      last = rowid;
      window = [];
    }
  } catch (error) {
    if (!(error instanceof UnreadablePages)) throw error;
    yield* mergeAll(pair, { behind: last });
    return;
  }
  if (window.length > 0) yield* mergeAll(pair, window);
}

/** Of which rows: of these rowids, of those behind one, or of all. */
type Restriction = readonly Rowid[] | { behind: Rowid | null } | null;

/** How values are read. */
interface ValuesAs {
  text: 'strings' | 'bytes';
  /** Long ones from the pages, where that is possible. */
  fromPages: boolean;
}

/** Reads text as strings until one is none, and long values from the pages until one is not there; then the other way. */
function* mergeAll(pair: TablePair, only: Restriction): Generator<RowDifference> {
  let as: ValuesAs = { text: 'strings', fromPages: true };
  for (let given = 0; ; ) {
    let at = 0;
    try {
      for (const difference of merge(pair, only, as)) {
        at += 1;
        if (at <= given) continue;
        given = at;
        yield difference;
      }
      return;
    } catch (error) {
      if (error instanceof NotAsStrings) as = { ...as, text: 'bytes' };
      else if (error instanceof UnreadablePages && as.fromPages) as = { ...as, fromPages: false };
      else throw error;
    }
  }
}

function* merge(pair: TablePair, only: Restriction, as: ValuesAs): Generator<RowDifference> {
  const { before, after, columns } = pair;
  const orders = ordersOf(pair);
  const compare = (one: RawRow, other: RawRow): number => {
    for (const [at, order] of orders) {
      const compared = compareValues(one[at] ?? null, other[at] ?? null, order);
      if (compared !== 0) return compared;
    }
    return 0;
  };
  const ones = rowsOf(pair, 'before', orders, only, as);
  const others = rowsOf(pair, 'after', orders, only, as);
  const valuesOf = (row: RawRow | null, { encoding }: ComparedImage): RowValue[] | null =>
    row?.slice(0, columns.length).map((value) => decode(value, encoding)) ?? null;
  for (const [one, other] of matched(ones, others, compare)) {
    if (one !== null && other !== null && (pair.identity === null || sameRow(one, other, columns.length))) continue;
    const rowid = (one?.[columns.length] as bigint | null | undefined) ?? null;
    yield { before: valuesOf(one, before), after: valuesOf(other, after), rowid };
  }
}

/** Goes through two sorted lists at once, and gives together what is equal. */
function* matched<T>(
  ones: Generator<T>,
  others: Generator<T>,
  compare: (one: T, other: T) => number,
): Generator<[T | null, T | null]> {
  try {
    let [one, other] = [ones.next(), others.next()];
    while (!one.done || !other.done) {
      const order = one.done ? 1 : other.done ? -1 : compare(one.value, other.value);
      yield [order <= 0 ? one.value : null, order >= 0 ? other.value : null];
      if (order <= 0) one = ones.next();
      if (order >= 0) other = others.next();
    }
  } finally {
    ones.return(undefined);
    others.return(undefined);
  }
}

function sameRow(one: RawRow, other: RawRow, columns: number): boolean {
  for (let at = 0; at < columns; at++) if (!sameValue(one[at] ?? null, other[at] ?? null)) return false;
  return true;
}

/** By which columns the rows are ordered, and how. */
function ordersOf({ identity, columns, before, after }: TablePair): Array<[number, ColumnOrder]> {
  const byUtf8 = before.encoding !== 'utf-8' || after.encoding !== 'utf-8';
  if (identity !== null)
    return identity.columns.map(({ name, collation }) => [columns.indexOf(name), { collation, byUtf8, byType: false }]);
  const byType = columns.length * (byUtf8 ? 3 : 2) <= MOST_TERMS;
  return columns.map((_, at) => [at, { collation: 'BINARY', byUtf8: byUtf8 && byType, byType }]);
}

function* rowsOf(
  pair: TablePair,
  state: 'before' | 'after',
  orders: ReadonlyArray<[number, ColumnOrder]>,
  only: Restriction,
  as: ValuesAs,
): Generator<RawRow> {
  const { database } = pair[state];
  const table = pair.tables[state];
  const columns = pair.columns.map((name) => quoteName(name));
  const valueAt = (at: number, text: ValuesAs['text']): string =>
    valueSql(columns[at] ?? '', text, pair.longFrom, as.fromPages ? placeSql(pair, state, at) : null);
  // Keys are sorted by their index; without one, long values by what stands for them.
  const sorted = (at: number): string => (pair.identity === null ? valueAt(at, 'strings') : (columns[at] ?? ''));
  const order = orders.map(([at, how]) => orderSql(sorted(at), how)).join(',');
  const rowid = tellsRowid(pair) ? [table.rowid ?? 'NULL'] : [];
  const values = [...columns.map((_, at) => valueAt(at, as.text)), ...rowid].join(',');
  const rows = database
    .prepare<unknown[], RawRow>(
      `SELECT ${values} FROM main.${quoteName(table.name)} ${whereSql(only, table)} ORDER BY ${order}`,
    )
    .raw()
    .safeIntegers();
  for (const row of rows.iterate(...boundOf(only))) {
    if (as.text === 'strings') requireStrings(row);
    yield row;
  }
}

/** Where a value is stored, as {@link valueSql} takes it; `null`: SQLite alone finds it. */
function placeSql(pair: TablePair, state: 'before' | 'after', at: number): string | null {
  const table = pair.tables[state];
  const root = pair[state].pages === null ? undefined : entryOf(pair[state], table.name)?.rootpage;
  const name = pair.columns[at]?.toLowerCase();
  const column = table.columns.find((each) => each.name.toLowerCase() === name);
  const position = column === undefined ? null : storedPosition(table, column.name);
  return root === undefined || position === null ? null : `${root},${table.rowid},${position}`;
}

function whereSql(only: Restriction, { rowid }: Table): string {
  if (only === null || ('behind' in only && only.behind === null)) return '';
  return 'behind' in only ? `WHERE ${rowid} > ?` : `WHERE ${rowid} IN (SELECT value FROM temp.json_each(?))`;
}

function boundOf(only: Restriction): SqlValue[] {
  if (only === null) return [];
  if ('behind' in only) return only.behind === null ? [] : [BigInt(only.behind)];
  return [`[${only.join(',')}]`];
}
