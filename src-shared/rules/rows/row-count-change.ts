import type { RowCountChange } from '../../model/snapshot.ts';
import type { TableRows } from '../../model/values.ts';

/** So many tables are named. */
const NAMED = 10;

/** Returns how the numbers of rows differ between two states. Tables that were not counted in one of them are left out. */
export function rowCountChange(
  before: readonly TableRows[],
  after: readonly TableRows[],
): Pick<RowCountChange, 'added' | 'removed' | 'tables'> {
  const [old, current] = [before, after].map((tables) => new Map(tables.map(({ name, rows }) => [name, rows])));
  const tables = [...new Set([...before, ...after].map(({ name }) => name))].flatMap((name) => {
    // A table that one of them does not have has no rows there.
    const [was, is] = [old?.get(name), current?.get(name)];
    if (was === null || is === null) return [];
    const rows = (is ?? 0) - (was ?? 0);
    return rows === 0 ? [] : [{ name, rows }];
  });
  const sum = (sign: 1 | -1): number => tables.reduce((total, { rows }) => total + Math.max(0, sign * rows), 0);
  return {
    added: sum(1),
    removed: sum(-1),
    tables: tables.sort((a, b) => Math.abs(b.rows) - Math.abs(a.rows)).slice(0, NAMED),
  };
}
