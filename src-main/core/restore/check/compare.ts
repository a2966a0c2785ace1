import type { RowsOnOneSide, TableChange } from '../../../../src-shared/model/restore/restore.ts';
import type { TableRows } from '../../../../src-shared/model/values.ts';
import type { SchemaEntry } from '../../engine/sqlite/read-schema.ts';

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

/** Says in words what a restore does to the schema; nothing: the schemas are the same. */
export function compareSchemas(now: readonly SchemaEntry[], after: readonly SchemaEntry[]): string[] {
  const key = (entry: SchemaEntry): string => `${entry.type} ${entry.name}`;
  // SQLite's own entries follow from the tables' and say nothing more to a person.
  const visible = (entries: readonly SchemaEntry[]) =>
    new Map(entries.filter((entry) => entry.sql !== null).map((entry) => [key(entry), entry.sql]));
  const nowEntries = visible(now);
  const afterEntries = visible(after);
  const changes: string[] = [];
  for (const [name, sql] of nowEntries) {
    if (!afterEntries.has(name)) changes.push(`The ${name} will be removed.`);
    else if (afterEntries.get(name) !== sql) changes.push(`The ${name} will be changed.`);
  }
  for (const name of afterEntries.keys()) {
    if (!nowEntries.has(name)) changes.push(`The ${name} will be recreated.`);
  }
  return changes;
}
