import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { whyUnchecked } from '../../../../src-shared/rules/sqlite-findings.ts';
import { errorCode } from '../engine-errors.ts';
import { quoteName } from '../sqlite/count-rows.ts';
import { type Database, openDatabase } from '../sqlite/open-database.ts';
import { type DumpedTable, readDumpedSchema } from './dump-schema.ts';
import { runWithQuotedStrings } from './quoted-strings.ts';

/** SQLite takes no more values for a row, and one of them is the rowid. */
const MOST_VALUES = 2000;

/**
 * Makes each table with its indexes once in memory, without rows, as whoever reads the dump does: what cannot be made
 * there is known before anything is stored.
 * @param name of the database, for the error
 * @throws SnapkeepError `UNSUPPORTED`
 */
export function requireReadableDump(source: Database, name: string, onTable: () => void): void {
  const { tables, indexes } = readDumpedSchema(source);
  const scratch = openDatabase(':memory:');
  try {
    // As whoever reads a dump: definitions with strings in double quotes are put back into the schema.
    scratch.unsafeMode(true);
    scratch.pragma('foreign_keys = OFF');
    for (const table of tables) {
      onTable();
      requireColumns(table, name);
      makeOnce(scratch, table, indexes.get(table.name.toLowerCase()) ?? []);
    }
  } catch (error) {
    const lack = error instanceof Error ? whyUnchecked(errorCode(error), error.message) : null;
    if (lack === null) throw error;
    throw new SnapkeepError('UNSUPPORTED', `A SQL dump of ${name} could not be read back: ${lack.reason}.`, {
      hint: 'Nothing was stored. Choose the method online, which copies the pages unchanged.',
      cause: error,
    });
  } finally {
    scratch.close();
  }
}

function requireColumns({ name: table, columns, rowid }: DumpedTable, name: string): void {
  if (columns.length + (rowid === null ? 0 : 1) <= MOST_VALUES) return;
  throw new SnapkeepError(
    'UNSUPPORTED',
    `The table ${table} of ${name} has ${columns.length.toLocaleString('en-US')} columns, and with its rowid more than the 2,000 values that an INSERT takes.`,
    { hint: 'Nothing was stored. Choose the method online, which copies the pages unchanged.' },
  );
}

/** Only one table is there at a time: SQLite reads its whole schema whenever something is made. */
function makeOnce(scratch: Database, { name, create }: DumpedTable, indexes: readonly string[]): void {
  if (create === null || /^sqlite_/i.test(name)) return;
  runWithQuotedStrings(scratch, create);
  // Prepared and never run: whatever a check or a generated column calls has to be there.
  scratch.prepare(`INSERT INTO ${quoteName(name)} DEFAULT VALUES`);
  for (const index of indexes) runWithQuotedStrings(scratch, index);
  scratch.exec(`DROP TABLE ${quoteName(name)}`);
}
