import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import type { RowAddress, RowSelection, ValuePart } from '../../../../src-shared/model/rows/browse.ts';
import { quoteName } from '../sqlite/count-rows.ts';
import type { Database } from '../sqlite/open-database.ts';
import { readSchema } from '../sqlite/read-schema.ts';
import { placeholderOf, type SqlValue, sqlValueOf } from './cells.ts';
import type { Table } from './describe-tables.ts';
import { encodingOf, LOADED_BYTES } from './read-cells.ts';
import { requireColumn, type SqlPart } from './row-filters.ts';
import { addressOf } from './row-identity.ts';
import { requireTable, wholeSelectionSql } from './select-rows.ts';
import { storedPosition, storedValue } from './stored-values.ts';
import { type TablePages, UnreadablePages } from './table-pages.ts';

/** Which part of which value is read. */
export interface ValueRequest extends RowSelection {
  row: RowAddress;
  column: string;
  /** In bytes. */
  offset: number;
  length: number;
}

/**
 * Reads part of a value.
 * @param pages of the image; `null`: SQLite alone reads it
 * @throws SnapkeepError `NOT_FOUND` where there is no such row
 */
export function readValue(database: Database, request: ValueRequest, pages: TablePages | null): ValuePart {
  const table = requireTable(database, request.table);
  const column = quoteName(requireColumn(table, request.column));
  const { sql, values } = rowSql(database, request);
  const read = (expressions: string, ...bound: SqlValue[]): SqlValue[] | undefined =>
    database
      .prepare(`SELECT ${expressions} FROM main.${quoteName(table.name)}${sql}`)
      .safeIntegers()
      .raw()
      .get(...bound, ...values) as SqlValue[] | undefined;
  const found = read(`typeof(${column}), octet_length(${column}), ${table.rowid ?? 'NULL'}`);
  if (found === undefined)
    throw new SnapkeepError('NOT_FOUND', `Row not found in ${table.name}.`, { hint: 'Show the rows again.' });
  const kind = found[0] as ValuePart['class'];
  const isLong = kind === 'text' || kind === 'blob';
  const bytes = isLong ? Number(found[1]) : 0;
  const fromPages = bytes > LOADED_BYTES ? readStored(database, table, request, found[2] ?? null, pages) : null;
  const [value = null] = fromPages
    ? [fromPages]
    : isLong
      ? (read(`substr(CAST(${column} AS BLOB), ?, ?)`, BigInt(request.offset + 1), BigInt(request.length)) ?? [])
      : (read(column) ?? []);
  const part = Buffer.isBuffer(value) ? value : Buffer.from(value === null ? '' : String(value));
  return {
    class: kind,
    bytes,
    part: part.toString('base64'),
    encoding: kind === 'text' ? encodingOf(database) : 'utf-8',
  };
}

/** Reads it without the rest of the value; `null`: SQLite has to load all of it. */
function readStored(
  database: Database,
  table: Table,
  { column, offset, length }: ValueRequest,
  rowid: SqlValue,
  pages: TablePages | null,
): Buffer | null {
  const root = readSchema(database).find(({ type, name }) => type === 'table' && name === table.name)?.rootpage;
  const position = storedPosition(table, column);
  if (pages === null || root === undefined || position === null || typeof rowid !== 'bigint') return null;
  try {
    const pieces = storedValue({ pages, root, rowid, position }, { offset, length });
    return Buffer.concat(Array.from(pieces, (piece) => Buffer.from(piece)));
  } catch (error) {
    if (error instanceof UnreadablePages) return null;
    throw error;
  }
}

function rowSql(database: Database, { row, ...selection }: ValueRequest): SqlPart {
  const table = requireTable(database, selection.table);
  if ('offset' in row) {
    const { sql, values } = wholeSelectionSql(table, selection);
    return { sql: `${sql} LIMIT 1 OFFSET ?`, values: [...values, BigInt(row.offset)] };
  }
  const address = addressOf(table);
  if (address.length !== row.key.length)
    throw new SnapkeepError('INVALID_PARAMS', `Rows of ${table.name} have another key.`, {
      hint: 'Show the rows again.',
    });
  return {
    sql: ` WHERE ${address.map((name, index) => `${name} = ${placeholderOf(row.key[index] ?? null)}`).join(' AND ')}`,
    values: row.key.map(sqlValueOf),
  };
}
