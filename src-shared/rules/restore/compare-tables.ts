import type { RowsOnOneSide, TableChange } from '../../model/restore/restore.ts';
import type { TableRows } from '../../model/values.ts';

/** Puts the tables of two states side by side, ordered by name. */
export function compareTables(now: readonly TableRows[], after: readonly TableRows[]): TableChange[] {
  const sideOf = (tables: readonly TableRows[]) =>
    new Map(tables.map(({ name, rows }): [string, RowsOnOneSide] => [name, rows ?? 'uncounted']));
  const nowRows = sideOf(now);
  const afterRows = sideOf(after);
  return [...new Set([...nowRows.keys(), ...afterRows.keys()])]
    .sort()
    .map((name) => ({ name, now: nowRows.get(name) ?? null, after: afterRows.get(name) ?? null }));
}

/** Returns the rows of the tables that have fewer afterwards, added up; tables that were not counted are left out. */
export function countLostRows(changes: readonly TableChange[]): number {
  return changes.reduce((lost, { now, after }) => {
    if (now === 'uncounted' || after === 'uncounted') return lost;
    return lost + Math.max(0, (now ?? 0) - (after ?? 0));
  }, 0);
}
