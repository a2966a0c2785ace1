import type { RowSearch } from '../../../../src-shared/model/rows/found-rows.ts';
import { quoteName } from '../sqlite/count-rows.ts';
import type { SqlValue } from './cells.ts';
import { numberOf } from './row-filters.ts';

/** Longer values are not searched, for SQLite would load them whole; in bytes. */
export const SEARCHED_BYTES = 1_000_000;

/** What a row is said to be by {@link marksSql}, added up. */
export const MATCHES = 1;
export const HAS_LONG_VALUE = 2;

/** What is compared with each value. `number` is what the text stands for, or the text again. */
export function searchedValues({ text, exact }: Pick<RowSearch, 'text' | 'exact'>): Record<string, SqlValue> {
  return exact ? { text, number: numberOf(text) ?? text } : { text };
}

/** The condition that a column holds exactly the searched value, which an index can answer. */
export const equalsSql = (column: string): string => `${quoteName(column)} IN (:text, :number)`;

/** An expression that is 0 for a row without a match, see {@link MATCHES} and {@link HAS_LONG_VALUE}. */
export function marksSql(columns: readonly string[], { exact }: Pick<RowSearch, 'exact'>): string {
  return combined(columns.map((column) => markSql(quoteName(column), exact)));
}

/** No column's own collation is used: its program may have brought it. LIKE would end at the first NUL and pass over blobs. */
function markSql(column: string, exact: boolean): string {
  const matches = exact
    ? `${column} COLLATE BINARY IN (:text, :number)`
    : `instr(lower(CAST(${column} AS TEXT)), lower(:text)) > 0`;
  return `CASE WHEN octet_length(${column}) > ${SEARCHED_BYTES} THEN ${HAS_LONG_VALUE} WHEN ${matches} THEN ${MATCHES} ELSE 0 END`;
}

/** Combined in halves: SQLite limits how deep an expression is, and a table has up to 2,000 columns. */
function combined(marks: readonly string[]): string {
  if (marks.length < 2) return marks[0] ?? '0';
  const half = Math.ceil(marks.length / 2);
  return `(${combined(marks.slice(0, half))} | ${combined(marks.slice(half))})`;
}
