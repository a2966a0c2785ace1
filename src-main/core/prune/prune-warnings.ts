import type { PrunedSnapshot } from '../../../src-shared/model/prune.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import type { Catalog } from '../catalog/catalog.ts';

/** So many tables are named one by one. */
const NAMED = 5;

/**
 * Says what no snapshot that stays would hold any more: a table, or most of its rows.
 * @returns sentences
 */
export function pruneWarnings(
  catalog: Catalog,
  removed: readonly PrunedSnapshot[],
  kept: readonly PrunedSnapshot[],
): string[] {
  // Safety snapshots have a separate rule.
  const staying = new Set(kept.filter(({ reasons }) => !reasons.includes('before-restore')).map(({ id }) => id));
  const going = new Set(removed.map(({ id }) => id).filter((id) => !staying.has(id)));
  if (going.size === 0) return [];
  const mostGoing = catalog.snapshots.mostRows([...going]);
  const most = { going: mostGoing, staying: mostStaying(catalog, mostGoing, [...staying]) };
  const lost = [...most.going].filter(([name]) => !most.staying.has(name));
  const shrunk = [...most.going].filter(([name, rows]) => (most.staying.get(name) ?? rows) * 2 < rows);
  return [
    ...lost.slice(0, NAMED).map(([name]) => `No remaining snapshot contains the table “${name}”.`),
    ...(lost.length > NAMED ? [`No remaining snapshot contains ${lost.length - NAMED} more tables.`] : []),
    ...shrunk
      .slice(0, NAMED)
      .map(
        ([name, rows]) =>
          `The remaining snapshots have at most ${countInWords(most.staying.get(name) ?? 0, 'row')} in “${name}”; one that would be removed has ${rows.toLocaleString('en-US')}.`,
      ),
    ...(shrunk.length > NAMED ? [`The same applies to ${shrunk.length - NAMED} more tables.`] : []),
  ];
}

/** Where one that stays has all of it, the others need not be read. */
function mostStaying(catalog: Catalog, going: ReadonlyMap<string, number>, staying: string[]): Map<string, number> {
  const one = catalog.snapshots.mostRows(staying.slice(0, 1));
  const hasAll = [...going].every(([name, rows]) => (one.get(name) ?? -1) * 2 >= rows);
  return hasAll ? one : catalog.snapshots.mostRows(staying);
}
