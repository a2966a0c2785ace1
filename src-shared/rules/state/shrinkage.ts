import type { TableRows } from '../../model/values.ts';
import { totalRows } from '../../words/table-rows.ts';
import { countInWords, listInWords } from '../../words/wording.ts';

/** How many missing tables are named. */
const TABLES_NAMED = 5;

/**
 * Returns what a snapshot has lost since an earlier one, as a sentence; `null`: it has all its tables and at least half
 * its rows. Tables that could not be counted on either side are left out.
 */
export function shrinkage(before: readonly TableRows[], now: readonly TableRows[]): string | null {
  const names = new Map(now.map(({ name, rows }) => [name, rows]));
  const gone = before.filter(({ name }) => !names.has(name)).map(({ name }) => name);
  if (gone.length > 0) {
    const listed = gone.slice(0, TABLES_NAMED);
    const more = gone.length - listed.length;
    return `${countInWords(gone.length, 'table is', 'tables are')} missing since the last restore test: ${listInWords(more === 0 ? listed : [...listed, `${more} more`])}.`;
  }
  const counted = before.filter(({ name, rows }) => rows !== null && names.get(name) !== null);
  const rowsBefore = totalRows(counted);
  const rowsNow = counted.reduce((sum, { name }) => sum + (names.get(name) ?? 0), 0);
  if (rowsNow * 2 >= rowsBefore) return null;
  return `The database has ${countInWords(rowsNow, 'row')}; the last restore test found ${rowsBefore.toLocaleString('en-US')}.`;
}
