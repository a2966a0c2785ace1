import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import type { RowCursor, RowPage, RowSelection, RowSort } from '../../../../src-shared/model/rows/browse.ts';
import type { Cell, RowKey } from '../../../../src-shared/model/rows/cell.ts';
import { quoteName, unchecked } from '../sqlite/count-rows.ts';
import type { Database } from '../sqlite/open-database.ts';
import { placeholderOf, type SqlValue, sqlValueOf } from './cells.ts';
import { describeTables, type Table } from './describe-tables.ts';
import { cellSql, encodingOf, readCell } from './read-cells.ts';
import { allOf, filterSql, requireColumn, type SqlPart } from './row-filters.ts';
import { addressOf } from './row-identity.ts';

/** Which rows are read, and from where on. */
export interface RowsRequest extends RowSelection {
  /** Without them, all that `SELECT *` has. */
  columns?: string[] | undefined;
  after?: RowCursor | undefined;
  limit: number;
}

/** A statement answers at most 2,000 columns; each is read by two expressions, and the key comes along. */
const COLUMNS_AT_ONCE = 800;
/** How much a page may carry, in bytes of JSON; it has at least one row. */
const PAGE_BYTES = 4_000_000;

/** Returns a table or view. @throws SnapkeepError `NOT_FOUND` */
export function requireTable(database: Database, name: string): Table {
  const [table] = describeTables(database, name);
  if (table !== undefined) return table;
  throw new SnapkeepError('NOT_FOUND', `Table or view not found: ${name}.`, { hint: 'Choose another one.' });
}

/**
 * Reads a page of rows in the order of their sort and their address.
 * @throws SnapkeepError `NOT_FOUND` for a table, `INVALID_PARAMS` for a column that is not there
 */
export function selectRows(database: Database, request: RowsRequest): RowPage {
  const table = requireTable(database, request.table);
  const asked = request.columns ?? table.columns.filter(({ hidden }) => !hidden).map(({ name }) => name);
  for (const name of asked) requireColumn(table, name);
  const unread = unreadColumns(database, table).filter((name) => asked.includes(name));
  const columns = asked.filter((name) => !unread.includes(name));
  const address = addressOf(table);
  const read = { database, table, address, request, columns };
  const parts: ReadRow[][] = [];
  for (let at = 0; at === 0 || at < columns.length; at += COLUMNS_AT_ONCE)
    parts.push(readPart(read, columns.slice(at, at + COLUMNS_AT_ONCE)));
  const all = (parts[0] ?? []).map((row, index) => ({
    ...row,
    cells: parts.flatMap((part) => part[index]?.cells ?? []),
  }));
  const rows = fitting(all.slice(0, request.limit));
  const last = rows.at(-1);
  const next = rows.length < all.length && last !== undefined ? cursorBehind(last, rows.length, request.after) : null;
  return { columns, unread, rows: rows.map(({ key, cells }) => ({ key, cells })), next };
}

/** Returns the columns that are computed by what only the program of the database has. */
export function unreadColumns(database: Database, { name, kind, columns }: Table): string[] {
  const computed = columns.filter(({ generated }) => kind === 'table' && generated === 'virtual');
  return computed
    .map((column) => column.name)
    .filter((column) => !canPrepare(database, `${quoteName(column)} FROM main.${quoteName(name)}`));
}

function canPrepare(database: Database, selected: string): boolean {
  try {
    database.prepare(`SELECT ${selected}`);
    return true;
  } catch (error) {
    if (unchecked(error) === null) throw error;
    return false;
  }
}

/** A row as it was read. `sorted`: its value of the column by which the rows are sorted. */
interface ReadRow {
  key: RowKey | null;
  sorted: Cell | undefined;
  cells: Cell[];
}

interface Read {
  database: Database;
  table: Table;
  address: string[];
  request: RowsRequest;
  columns: string[];
}

function readPart({ database, table, address, request }: Read, columns: readonly string[]): ReadRow[] {
  const { sort, limit } = request;
  const sortSql = sort === undefined ? [] : [quoteName(requireColumn(table, sort.column))];
  const whole = [...address, ...sortSql];
  const expressions = [
    ...whole.map((sql) => cellSql(sql, Number.POSITIVE_INFINITY)),
    ...columns.map((name) => cellSql(quoteName(name))),
  ];
  const { sql, values } = selectionSql(table, request, address);
  const statement = database
    .prepare(`SELECT ${expressions.join(', ')} FROM main.${quoteName(table.name)}${sql} LIMIT ? OFFSET ?`)
    .safeIntegers()
    .raw();
  const encoding = encodingOf(database);
  // Rows without an address can only be counted.
  const skipped = request.after !== undefined && 'offset' in request.after ? request.after.offset : 0;
  return (statement.all(...values, BigInt(limit + 1), BigInt(skipped)) as SqlValue[][]).map((found) => {
    const cells = Array.from({ length: found.length / 2 }, (_, index) =>
      readCell(found[index * 2] ?? null, found[index * 2 + 1] ?? null, encoding),
    );
    return {
      key: address.length === 0 ? null : cells.slice(0, address.length),
      sorted: sort === undefined ? undefined : cells[address.length],
      cells: cells.slice(whole.length),
    };
  });
}

/** Cuts a page where it becomes too long to be sent. */
function fitting(rows: ReadRow[]): ReadRow[] {
  let bytes = 0;
  const end = rows.findIndex((row) => {
    bytes += JSON.stringify(row.cells).length;
    return bytes > PAGE_BYTES;
  });
  return end < 0 ? rows : rows.slice(0, Math.max(1, end));
}

function cursorBehind({ key, sorted }: ReadRow, count: number, after: RowCursor | undefined): RowCursor {
  if (key === null) return { offset: (after !== undefined && 'offset' in after ? after.offset : 0) + count };
  return sorted === undefined ? { key } : { key, sorted };
}

/** Returns the WHERE and ORDER BY of a selection, behind the row that a cursor names. */
function selectionSql(table: Table, { filters, sort, after }: RowsRequest, address: readonly string[]): SqlPart {
  const conditions = filters.map((filter) => filterSql(table, filter));
  if (after !== undefined && 'key' in after) conditions.push(afterSql(table, sort, after, address));
  const { sql, values } = whereSql(conditions);
  return { sql: `${sql}${orderSql(sort, address)}`, values };
}

/** The order of rows: by their sort, and where that leaves several equal, by their address. */
function orderSql(sort: RowSort | undefined, address: readonly string[]): string {
  const sorted = sort === undefined ? [] : [`${quoteName(sort.column)}${sort.descending ? ' DESC' : ''}`];
  const order = [...sorted, ...address];
  return order.length === 0 ? '' : ` ORDER BY ${order.join(', ')}`;
}

function whereSql(conditions: readonly SqlPart[]): SqlPart {
  if (conditions.length === 0) return { sql: '', values: [] };
  const { sql, values } = allOf(conditions);
  return { sql: ` WHERE ${sql}`, values };
}

/**
 * Returns the WHERE and ORDER BY of all rows of a selection.
 * @param keys of these rows alone
 * @throws SnapkeepError `INVALID_PARAMS` for a column that is not there, and for keys of another table
 */
export function wholeSelectionSql(table: Table, { filters, sort }: RowSelection, keys?: readonly RowKey[]): SqlPart {
  const address = addressOf(table);
  const conditions = filters.map((filter) => filterSql(table, filter));
  if (keys !== undefined) conditions.push(keysSql(table, keys, address));
  const { sql, values } = whereSql(conditions);
  return { sql: `${sql}${orderSql(sort, address)}`, values };
}

function keysSql(table: Table, keys: readonly RowKey[], address: readonly string[]): SqlPart {
  if (address.length === 0 || keys.some(({ length }) => length !== address.length))
    throw new SnapkeepError('INVALID_PARAMS', `Rows of ${table.name} have another key.`, {
      hint: 'Show the rows again.',
    });
  const rows = keys.map((key) => `(${key.map(placeholderOf).join(', ')})`);
  return {
    sql: `(${address.join(', ')}) IN (VALUES ${rows.join(', ')})`,
    values: keys.flatMap((key) => key.map(sqlValueOf)),
  };
}

/** The rows behind one, in the order of a sort and the address. NULL comes first, or last where the order descends. */
function afterSql(
  table: Table,
  sort: RowSort | undefined,
  { key, sorted = null }: Extract<RowCursor, { key: RowKey }>,
  address: readonly string[],
): SqlPart {
  if (key.length !== address.length)
    throw new SnapkeepError('INVALID_PARAMS', `These rows of ${table.name} cannot be continued from there.`, {
      hint: 'Start again at the first page.',
    });
  const behind: SqlPart = {
    sql: `(${address.join(', ')}) > (${key.map(placeholderOf).join(', ')})`,
    values: key.map(sqlValueOf),
  };
  if (sort === undefined) return behind;
  const column = quoteName(requireColumn(table, sort.column));
  if (sorted === null) {
    const same = `${column} IS NULL AND ${behind.sql}`;
    return { sql: sort.descending ? same : `${column} IS NOT NULL OR (${same})`, values: behind.values };
  }
  const value = placeholderOf(sorted);
  const later = sort.descending ? `${column} < ${value} OR ${column} IS NULL` : `${column} > ${value}`;
  return {
    sql: `${later} OR (${column} = ${value} AND ${behind.sql})`,
    values: [sqlValueOf(sorted), sqlValueOf(sorted), ...behind.values],
  };
}
