import type { RowKey } from '../../../../src-shared/model/rows/cell.ts';
import { quoteName } from '../sqlite/count-rows.ts';
import { addressesOf } from './chosen-rows.ts';
import { type ForeignKey, foreignKeysOf, type MappedTable } from './mapped-table.ts';
import { isParent, keyOf, type PlannedRow, type PlannedTable, type Planning } from './planning.ts';
import { equalTo, exactly, sameCell, textOfKey } from './read-rows.ts';

/** Rows of the snapshot that refer to planned rows, and that the live database does not have, or not as their children. */
export interface Related {
  /** What it is called when it is included. */
  id: string;
  /** The table that refers. */
  table: string;
  /** The table that it refers to. */
  to: string;
  rows: number;
  /** How many of them the live database has: they were detached when the row that they referred to was deleted. */
  detached: number;
}

/**
 * Adds the rows that planned rows refer to, where the live database lacks them, and rows that refer to them, where they
 * are to be included.
 * @returns the rows that could be included, too
 */
export function includeRelated(planning: Planning): Related[] {
  const includes = (): boolean =>
    [...planning.planned.values()]
      .map((table) => [addParents(planning, table), addChildren(planning, table)].includes(true))
      .includes(true);
  while (includes());
  return [...planning.planned.values()]
    .flatMap((table) =>
      childrenOf(planning, table.map).map((child): Related => {
        const lost = lostChildren(planning, table, child);
        const detached = lost.filter((each) => each.isDetached).length;
        return { id: idOf(child), table: child.map.name, to: table.map.name, rows: lost.length, detached };
      }),
    )
    .filter(({ rows }) => rows > 0);
}

/** Adds the rows that refer to those of a table, where they are to be included. @returns whether there were any */
function addChildren(planning: Planning, table: PlannedTable): boolean {
  const included = childrenOf(planning, table.map).filter((child) => isIncluded(planning, child));
  return included
    .flatMap((child) =>
      lostChildren(planning, table, child).map(({ address }) => planning.add(child.map, address, 'children')),
    )
    .includes(true);
}

/** A table and the foreign key by which it refers to another. */
interface Child {
  map: MappedTable;
  key: ForeignKey;
}

const idOf = ({ map, key }: Child): string => `${map.name}(${key.columns.join(', ')})`;

const isIncluded = ({ choices: { include } }: Planning, child: Child): boolean =>
  include === 'all' || include.includes(idOf(child));

function childrenOf(planning: Planning, parent: MappedTable): Child[] {
  return planning.liveTables.flatMap((table) => {
    if (table.kind !== 'table') return [];
    const keys = foreignKeysOf(planning.target.database, table).filter((key) => isParent(key, parent));
    if (keys.length === 0) return [];
    const map = planning.mapOf(table.name);
    return typeof map === 'string' ? [] : keys.filter((key) => isMapped(map, key.columns)).map((key) => ({ map, key }));
  });
}

const isMapped = ({ columns }: MappedTable, names: readonly string[]): boolean =>
  names.length > 0 && names.every((name) => columns.includes(name));

const storedNames = ({ columns, storedColumns }: MappedTable, names: readonly string[]): string[] =>
  names.map((name) => storedColumns[columns.indexOf(name)] ?? name);

/** The names of a table's columns as it writes them, for a foreign key may write them otherwise. */
const ownNames = ({ columns }: MappedTable, names: readonly string[]): string[] =>
  names.map((name) => columns.find((column) => column.toLowerCase() === name.toLowerCase()) ?? name);

interface LostChild {
  address: RowKey;
  isDetached: boolean;
}

/** Finds the rows of the snapshot that refer to those of a table, and that the live database lacks or has detached. */
function lostChildren(planning: Planning, { map: parent, rows }: PlannedTable, { map, key }: Child): LostChild[] {
  const parentColumns = ownNames(parent, key.parentColumns);
  if (!isMapped(parent, parentColumns)) return [];
  const parents = [...rows.values()]
    .map((row) => ({ values: valuesOf(row, parentColumns), isMissing: row.live === null }))
    .filter(({ values }) => !values.includes(null));
  const missing = new Set(parents.filter(({ isMissing }) => isMissing).map(({ values }) => textOfKey(values)));
  const found = addressesOf(
    planning.source,
    map,
    storedNames(map, key.columns),
    parents.map(({ values }) => values),
  );
  const planned = planning.planned.get(map.name.toLowerCase())?.rows;
  return found.flatMap((address): LostChild[] => {
    if (planned?.has(textOfKey(address))) return [];
    const stored = planning.source.row(map.storedName, map.storedColumns, equalTo(map.address, address)) ?? [];
    const positions = key.columns.map((name) => map.columns.indexOf(name));
    const live = planning.liveRow(map, stored);
    if (live !== null) {
      const refers = positions.every((at) => sameCell(stored[at] ?? null, live[at] ?? null));
      const isDetached = !refers && missing.has(textOfKey(positions.map((at) => stored[at] ?? null)));
      return isDetached ? [{ address, isDetached }] : [];
    }
    const isThere = keyOf(map, stored) === null && planning.target.has(map.name, exactly(map.columns, stored));
    return isThere ? [] : [{ address, isDetached: false }];
  });
}

const valuesOf = ({ table, stored }: PlannedRow, names: readonly string[]): RowKey =>
  names.map((name) => stored[table.columns.indexOf(name)] ?? null);

/** Adds the parents that neither the live database nor the plan has. @returns whether there were any */
function addParents(planning: Planning, { map, rows }: PlannedTable): boolean {
  let added = false;
  for (const key of map.foreignKeys) {
    const columns = ownNames(map, key.columns);
    if (!isMapped(map, columns)) continue;
    for (const row of rows.values()) {
      const values = valuesOf(row, columns);
      if (!refersAnew(row, columns) || values.includes(null)) continue;
      if (addParent(planning, key, values, map)) added = true;
    }
  }
  return added;
}

/** A live row that stays as it is refers to what it refers to now. */
const refersAnew = ({ table, action, changed }: PlannedRow, columns: readonly string[]): boolean =>
  action === 'insert' || (action === 'update' && columns.some((name) => changed.includes(table.columns.indexOf(name))));

function addParent(planning: Planning, key: ForeignKey, values: RowKey, child: MappedTable): boolean {
  const parent = planning.mapOf(key.parent);
  const inLive = planning.liveTables.find((table) => isParent(key, table));
  if (inLive !== undefined && key.parentColumns.length === values.length) {
    const where = equalTo(key.parentColumns.map(quoteName), values);
    if (planning.target.has(inLive.name, where)) return false;
  }
  if (typeof parent === 'string') {
    planning.problems.add(`Rows of ${child.name} refer to rows of ${key.parent} that are missing. ${parent}`);
    return false;
  }
  const columns = ownNames(parent, key.parentColumns);
  const found = isMapped(parent, columns)
    ? addressesOf(planning.source, parent, storedNames(parent, columns), [values])
    : [];
  if (found.length === 0)
    planning.problems.add(
      `Rows of ${child.name} refer to rows of ${parent.name} that neither the live database nor the snapshot has.`,
    );
  return found.map((address) => planning.add(parent, address, 'parents')).includes(true);
}
