import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import type { RowAddress, RowSelection, ValuePart } from '../../../../src-shared/model/rows/browse.ts';
import { quoteName } from '../sqlite/count-rows.ts';
import type { Database } from '../sqlite/open-database.ts';
import { placeholderOf, type SqlValue, sqlValueOf } from './cells.ts';
import { encodingOf } from './read-cells.ts';
import { addressOf } from './row-identity.ts';
import { requireColumn, requireTable, type SqlPart, wholeSelectionSql } from './select-rows.ts';

/** Which part of which value is read. */
export interface ValueRequest extends RowSelection {
  row: RowAddress;
  column: string;
  /** In bytes. */
  offset: number;
  length: number;
}

/** Reads part of a value. @throws SnapkeepError `NOT_FOUND` where there is no such row */
export function readValue(database: Database, request: ValueRequest): ValuePart {
  const table = requireTable(database, request.table);
  const column = quoteName(requireColumn(table, request.column));
  const { sql, values } = rowSql(database, request);
  const expressions = `typeof(${column}), octet_length(${column}),
    CASE WHEN typeof(${column}) IN ('text', 'blob') THEN substr(CAST(${column} AS BLOB), ?, ?) ELSE ${column} END`;
  const found = database
    .prepare(`SELECT ${expressions} FROM main.${quoteName(table.name)}${sql}`)
    .safeIntegers()
    .raw()
    .get(BigInt(request.offset + 1), BigInt(request.length), ...values) as
    | [ValuePart['class'], bigint | null, SqlValue]
    | undefined;
  if (found === undefined)
    throw new SnapkeepError('NOT_FOUND', `Row not found in ${table.name}.`, { hint: 'Show the rows again.' });
  const [kind, bytes, value] = found;
  const isLong = kind === 'text' || kind === 'blob';
  const part = Buffer.isBuffer(value) ? value : Buffer.from(value === null ? '' : String(value));
  return {
    class: kind,
    bytes: isLong ? Number(bytes) : 0,
    part: part.toString('base64'),
    encoding: kind === 'text' ? encodingOf(database) : 'utf-8',
  };
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
