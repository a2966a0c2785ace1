import type { TableRows } from '../model/values.ts';
import { totalRows } from '../words/table-rows.ts';
import { countInWords, listInWords } from '../words/wording.ts';

/** What a database and a snapshot both tell of themselves. */
export interface DatabaseFacts {
  applicationId: number;
  userVersion: number;
  tables: readonly TableRows[];
}

/** So many missing tables are named. */
const NAMED = 5;
/** With a smaller part of the rows of the snapshot, it looks like another database. */
const LEAST_ROWS = 0.5;

/**
 * Says why a database does not look like a later state of a snapshot, one sentence each; nothing: it does. More tables,
 * more rows and a later schema version are what time brings.
 */
export function differencesFrom(snapshot: DatabaseFacts, database: DatabaseFacts): string[] {
  const differences: string[] = [];
  if (database.applicationId !== snapshot.applicationId)
    differences.push(
      `Its application_id is ${database.applicationId}; that of the snapshot is ${snapshot.applicationId}.`,
    );
  if (database.userVersion < snapshot.userVersion)
    differences.push(
      `Its schema version is ${database.userVersion}, older than ${snapshot.userVersion} in the snapshot.`,
    );
  const known = new Set(snapshot.tables.map(({ name }) => name));
  const shared = database.tables.filter(({ name }) => known.has(name));
  const present = new Set(shared.map(({ name }) => name));
  const missing = [...known].filter((name) => !present.has(name));
  if (missing.length > 0)
    differences.push(
      `${countInWords(missing.length, 'table')} of the snapshot ${missing.length === 1 ? 'is' : 'are'} missing: ${namesInWords(missing)}.`,
    );
  const counted = countedInBoth(snapshot.tables, shared);
  const [before, after] = [totalRows(counted.snapshot), totalRows(counted.database)];
  if (after < before * LEAST_ROWS)
    differences.push(
      `Its tables have ${countInWords(after, 'row')}; in the snapshot they have ${countInWords(before, 'row')}.`,
    );
  return differences;
}

/** The tables that both have and whose rows are known on both sides. */
function countedInBoth(snapshot: readonly TableRows[], database: readonly TableRows[]) {
  const countable = ({ rows }: TableRows): boolean => rows !== null;
  const names = (tables: readonly TableRows[]) => new Set(tables.filter(countable).map(({ name }) => name));
  const [inSnapshot, inDatabase] = [names(snapshot), names(database)];
  const both = ({ name }: TableRows): boolean => inSnapshot.has(name) && inDatabase.has(name);
  return { snapshot: snapshot.filter(both), database: database.filter(both) };
}

function namesInWords(names: readonly string[]): string {
  const shown = names.slice(0, NAMED);
  const more = names.length - shown.length;
  return listInWords(more === 0 ? shown : [...shown, `${more} more`]);
}
