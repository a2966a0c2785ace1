import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { whyUnchecked } from '../../../../src-shared/rules/sqlite/sqlite-findings.ts';
import { errorCode } from '../engine-errors.ts';
import { quoteName } from '../sqlite/count-rows.ts';
import { type Database, openDatabase } from '../sqlite/open-database.ts';
import { type DumpedTable, readDumpedSchema } from './dump-schema.ts';
import { runWithQuotedStrings } from './quoted-strings.ts';
import { RepeatedValues } from './repeated-values.ts';

/**
 * Makes each table with its indexes once in memory, without rows, as whoever reads the dump does, and looks for values
 * that a unique index takes but once: what cannot be made or entered there is known before anything is stored.
 * @param name of the database, for the error
 * @throws SnapkeepError `UNSUPPORTED`
 */
export function requireReadableDump(source: Database, name: string, onTable: () => void): void {
  const { tables, indexes } = readDumpedSchema(source);
  const repeated = new RepeatedValues(source);
  using scratch = openDatabase(':memory:');
  try {
    // As whoever reads a dump: definitions with strings in double quotes are put back into the schema.
    scratch.unsafeMode(true);
    scratch.pragma('foreign_keys = OFF');
    for (const table of tables) {
      onTable();
      const its = indexes.get(table.name.toLowerCase()) ?? [];
      makeOnce(scratch, table, its);
      const index = repeated.find(table, its);
      if (index !== null) throw repeats(table.name, index, name);
    }
  } catch (error) {
    const lack = error instanceof Error ? whyUnchecked(errorCode(error), error.message) : null;
    if (lack === null) throw error;
    throw new SnapkeepError('UNSUPPORTED', `A SQL dump of ${name} could not be read back: ${lack.reason}.`, {
      hint: 'Nothing was stored. Choose the method online, which copies the pages unchanged.',
      cause: error,
    });
  }
}

function repeats(table: string, index: string, name: string): SnapkeepError {
  return new SnapkeepError(
    'UNSUPPORTED',
    `Rows of the table ${table} of ${name} repeat a value in the unique index ${index}, which a SQL dump cannot restore.`,
    { hint: 'Nothing was stored. Choose the method online, which copies the pages unchanged.' },
  );
}

/** Only one table exists at a time: SQLite reads its whole schema whenever something is created. */
function makeOnce(scratch: Database, { name, create }: DumpedTable, indexes: readonly string[]): void {
  if (create === null || /^sqlite_/i.test(name)) return;
  runWithQuotedStrings(scratch, create);
  // Never run: whatever a check or a generated column calls has to be there. A statement that stays prepared would be
  // looked at with each table that is dropped.
  scratch.exec(`EXPLAIN INSERT INTO ${quoteName(name)} DEFAULT VALUES`);
  for (const index of indexes) runWithQuotedStrings(scratch, index);
  scratch.exec(`DROP TABLE ${quoteName(name)}`);
}
