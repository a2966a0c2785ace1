import type { TableRows } from '../model/values.ts';
import { countInWords } from './wording.ts';

/** Returns the rows of all tables that could be counted, added up. */
export function totalRows(tables: readonly TableRows[]): number {
  return tables.reduce((sum, { rows }) => sum + (rows ?? 0), 0);
}

/** Returns what tables hold, for example `3 tables, 1,204 rows`, and how many of them could not be counted. */
export function tablesInWords(tables: readonly TableRows[]): string {
  const uncounted = tables.filter(({ rows }) => rows === null).length;
  const counted = `${countInWords(tables.length, 'table')}, ${countInWords(totalRows(tables), 'row')}`;
  return uncounted === 0 ? counted : `${counted} (${countInWords(uncounted, 'table')} not counted)`;
}

/** Returns the rows of one table in words. */
export function rowsInWords(rows: number | null): string {
  return rows === null ? 'not counted' : rows.toLocaleString('en-US');
}
