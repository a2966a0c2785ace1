import { explainError } from '../engine-errors.ts';
import type { Database } from '../sqlite/open-database.ts';
import { dumpRows, prepareForRows } from './dump-rows.ts';
import { type DumpedTable, readDumpedSchema } from './dump-schema.ts';

/** What is handed on at a time: large enough to be packed and written well. */
const PIECE_BYTES = 256 * 1024;

/**
 * The whole content of an open database as SQL text that SQLite's shell and `restoreDump` read back, made as it is
 * asked for: one state, held by a read transaction. See “SQL dumps” in docs/internals.md for what is kept.
 * @param database nothing else may use the connection meanwhile; a transaction it is in is read in and kept
 * @param counted gets the rows that have been written of each table
 * @throws SnapkeepError
 */
export function* dumpPieces(database: Database, counted = new Map<string, number>()): Generator<Buffer> {
  let parts: Buffer[] = [];
  let bytes = 0;
  try {
    for (const part of dumpParts(database, counted)) {
      parts.push(part);
      bytes += part.length;
      if (bytes < PIECE_BYTES) continue;
      yield Buffer.concat(parts);
      parts = [];
      bytes = 0;
    }
    yield Buffer.concat(parts);
  } catch (error) {
    throw explainError(error, database.name);
  }
}

function* dumpParts(database: Database, counted: Map<string, number>): Generator<Buffer> {
  prepareForRows(database);
  const ownTransaction = !database.inTransaction;
  if (ownTransaction) database.exec('BEGIN');
  try {
    const schema = readDumpedSchema(database);
    const utf16 = String(database.pragma('encoding', { simple: true })).startsWith('UTF-16');
    const rowsOf = (table: DumpedTable): Generator<Buffer> => {
      counted.set(table.name, 0);
      return dumpRows(database, table, utf16, (rows) => counted.set(table.name, rows + (counted.get(table.name) ?? 0)));
    };
    yield* lines(head(database, utf16));
    for (const table of schema.tables) {
      if (table.create !== null) yield* lines([table.create]);
      yield* rowsOf(table);
    }
    yield* lines(schema.afterRows);
    for (const table of schema.statistics) yield* rowsOf(table);
    if (schema.sequence !== null) {
      yield* lines(['DELETE FROM sqlite_sequence;']);
      yield* rowsOf(schema.sequence);
    }
    yield* lines(['COMMIT;']);
  } finally {
    if (ownTransaction && database.inTransaction) database.exec('COMMIT');
  }
}

/**
 * The first two lines are those of a dump by SQLite's shell, word for word: newer shells know a dump by them, and let
 * it enter virtual tables. The page size, the encoding and the rest still count within the transaction, for nothing
 * has been read or written yet.
 */
function head(database: Database, utf16: boolean): string[] {
  const value = (pragma: string): string => String(database.pragma(pragma, { simple: true }));
  return [
    'PRAGMA foreign_keys=OFF;',
    'BEGIN TRANSACTION;',
    '-- A SQLite database, written by Snapkeep. Without COMMIT at its end it is truncated.',
    `PRAGMA page_size=${value('page_size')};`,
    `PRAGMA auto_vacuum=${value('auto_vacuum')};`,
    `PRAGMA encoding='${utf16 ? value('encoding') : 'UTF-8'}';`,
    `PRAGMA application_id=${value('application_id')};`,
    `PRAGMA user_version=${value('user_version')};`,
    // What is stored is kept, also where a check that was added later would refuse it.
    'PRAGMA ignore_check_constraints=ON;',
  ];
}

function* lines(statements: readonly string[]): Generator<Buffer> {
  for (const statement of statements) yield Buffer.from(`${statement}\n`, 'utf8');
}
