import type { SchemaEntry } from '../../engine/sqlite/read-schema.ts';

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
