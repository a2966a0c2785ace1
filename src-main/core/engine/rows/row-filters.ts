import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import type { RowFilter } from '../../../../src-shared/model/rows/browse.ts';
import { quoteName } from '../sqlite/count-rows.ts';
import type { SqlValue } from './cells.ts';
import type { Table } from './describe-tables.ts';

/** A condition, or any part of a statement, and the values for its placeholders. */
export interface SqlPart {
  sql: string;
  values: SqlValue[];
}

/** The condition that all of these hold. @param conditions at least one */
export function allOf(conditions: readonly SqlPart[]): SqlPart {
  return {
    sql: conditions.map(({ sql }) => `(${sql})`).join(' AND '),
    values: conditions.flatMap(({ values }) => values),
  };
}

const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d{1,3})?$/i;

/** The value that a typed text stands for where it looks like a number. */
export function numberOf(text: string): bigint | number | null {
  const typed = text.trim();
  if (!NUMBER.test(typed)) return null;
  if (!/^[+-]?\d{1,19}$/.test(typed)) return Number(typed);
  const integer = BigInt(typed.replace('+', ''));
  return BigInt.asIntN(64, integer) === integer ? integer : Number(typed);
}

/** The condition that a filter stands for. @throws SnapkeepError `INVALID_PARAMS` for a column that is not there */
export function filterSql(table: Table, filter: RowFilter): SqlPart {
  const column = quoteName(requireColumn(table, filter.column));
  if (!('text' in filter)) return { sql: `${column} IS ${filter.is === 'null' ? '' : 'NOT '}NULL`, values: [] };
  const { text } = filter;
  const number = numberOf(text);
  switch (filter.is) {
    case 'equal':
      return number === null
        ? { sql: `${column} = ?`, values: [text] }
        : { sql: `${column} = ? OR ${column} = ?`, values: [text, number] };
    case 'not-equal':
      return number === null
        ? { sql: `${column} IS NOT ?`, values: [text] }
        : { sql: `${column} IS NOT ? AND ${column} IS NOT ?`, values: [text, number] };
    case 'contains':
      return { sql: `${column} LIKE ? ESCAPE '\\'`, values: [`%${escaped(text)}%`] };
    case 'starts':
      return { sql: `${column} LIKE ? ESCAPE '\\'`, values: [`${escaped(text)}%`] };
    default:
      return { sql: `${column} ${filter.is === 'less' ? '<' : '>'} ?`, values: [number ?? text] };
  }
}

const escaped = (text: string): string => text.replaceAll(/[\\%_]/g, '\\$&');

/** @throws SnapkeepError `INVALID_PARAMS` */
export function requireColumn(table: Table, name: string): string {
  if (table.columns.some((column) => column.name === name)) return name;
  throw new SnapkeepError('INVALID_PARAMS', `Column not found: ${name} in ${table.name}.`, {
    hint: 'Choose another column.',
  });
}
