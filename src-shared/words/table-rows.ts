import type { RowCountChange } from '../model/snapshot.ts';
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

/**
 * Returns what the numbers of rows say of a restore that leaves no table with fewer: as many rows may be other ones.
 * @param changed the database may have rows that the snapshot lacks
 */
export function fewerRowsInWords(changed: boolean): string {
  return changed
    ? 'No table will have fewer rows. What was changed since the snapshot will be as it was then.'
    : 'No table will have fewer rows. The database has not been written to since the snapshot.';
}

/** Returns the rows of one table in words. */
export function rowsInWords(rows: number | null): string {
  return rows === null ? 'not counted' : rows.toLocaleString('en-US');
}

/**
 * Returns how numbers of rows changed, as one part or two: `+214 rows`, `−8,715 in PlaylistTrack`. A table is named where
 * it alone has more rows, or fewer.
 */
export function rowCountChangeInWords({ added, removed, tables }: Omit<RowCountChange, 'since'>): string[] {
  const part = (count: number, sign: 1 | -1): string => {
    const only = tables.find(({ rows }) => rows * sign === count);
    return `${sign > 0 ? '+' : '−'}${countInWords(count, 'row')}${only === undefined ? '' : ` in ${only.name}`}`;
  };
  if (added === 0 && removed === 0) return ['±0 rows'];
  const lost = removed === 0 ? [] : [part(removed, -1)];
  // The noun follows the first number alone.
  return added === 0 ? lost : [part(added, 1), ...lost.map((words) => words.replace(/ rows?(?= in |$)/, ''))];
}
