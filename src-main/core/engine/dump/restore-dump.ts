import { isUtf8 } from 'node:buffer';
import { open, rm } from 'node:fs/promises';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import type { FileContent } from '../../../../src-shared/model/restore.ts';
import type { Unlocking } from '../database-key.ts';
import { readUnpacked } from '../decompress.ts';
import { sidecarPaths, syncFile } from '../durable-files.ts';
import { errorCode, explainError } from '../engine-errors.ts';
import { type Database, openDatabase } from '../open-database.ts';
import { judgeStatement, refuseCommand } from './check-statement.ts';
import { MAX_STATEMENT_BYTES } from './dump-rows.ts';
import { withSafeTexts } from './literals.ts';
import { runWithQuotedStrings } from './quoted-strings.ts';
import { type Statement, StatementSplitter } from './statement-splitter.ts';

const UTF8_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const UTF16_MARKS = [Buffer.from([0xff, 0xfe]), Buffer.from([0xfe, 0xff])];

/** What is read of a dump, and what is told meanwhile. */
export interface RestoreDumpOptions {
  /** Told the bytes of SQL that have been read; may throw to stop. */
  onProgress?: (bytes: number) => void;
  /** The key that the new database gets, so that nothing plain is written; `null`: none. */
  unlocking?: Unlocking | null;
}

/**
 * Makes a new database of a dump in a file, packed or not. See {@link restoreDump}.
 * @param content what the file is by its content: `gzip` and `zstd` are unpacked, all else is read as it is
 */
export async function restoreDumpFile(
  dumpPath: string,
  content: FileContent,
  targetPath: string,
  options: RestoreDumpOptions = {},
): Promise<void> {
  await restoreDump(
    readUnpacked(dumpPath, content, () => {}),
    targetPath,
    options,
  );
}

/**
 * Makes a new database of a dump, Snapkeep's or that of SQLite's shell. Statements are run as they come, so memory
 * holds no more than the longest of them. What is in the file afterwards has still to be verified like any other image.
 * @param pieces the text in UTF-8
 * @param targetPath nothing may be there; nothing is, when this fails
 * @throws SnapkeepError `CORRUPT` for a dump that is cut off or that SQLite refuses, with the line; `UNSUPPORTED` for
 * what has no place in a dump; `CONFLICT` when something is there; whatever `pieces` or `onProgress` throws
 */
export async function restoreDump(
  pieces: AsyncIterable<Buffer> | Iterable<Buffer>,
  targetPath: string,
  options: RestoreDumpOptions = {},
): Promise<void> {
  try {
    await (await open(targetPath, 'wx', 0o600)).close();
  } catch (error) {
    throw explainError(error, targetPath);
  }
  try {
    const loader = new DumpLoader(openDatabase(targetPath, { mustExist: true, unlocking: options.unlocking ?? null }));
    try {
      let bytes = 0;
      for await (const piece of pieces) {
        loader.take(bytes === 0 ? withoutMark(piece) : piece);
        bytes += piece.length;
        options.onProgress?.(bytes);
      }
      loader.finish();
    } finally {
      loader.close();
    }
    requireReadable(targetPath, options.unlocking ?? null);
    await syncFile(targetPath);
  } catch (error) {
    const { wal, shm, journal } = sidecarPaths(targetPath);
    for (const path of [targetPath, wal, shm, journal]) await rm(path, { force: true });
    throw explainError(error, targetPath);
  }
}

/** Runs the statements of a dump in one transaction. */
class DumpLoader {
  readonly #database: Database;
  readonly #splitter = new StatementSplitter();
  /** The dump said COMMIT, and nothing came after it. */
  #complete = false;

  constructor(database: Database) {
    this.#database = database;
    // A dump writes the tables behind virtual tables, which SQLite else keeps from all but their modules.
    database.unsafeMode(true);
    for (const pragma of ['foreign_keys = OFF', 'trusted_schema = OFF', 'synchronous = OFF', 'journal_mode = MEMORY'])
      database.pragma(pragma);
  }

  take(piece: Buffer): void {
    for (const statement of this.#splitter.push(piece)) this.#run(statement);
    if (this.#splitter.heldBytes > MAX_STATEMENT_BYTES) {
      throw new SnapkeepError('UNSUPPORTED', 'The dump has a statement of more than 500 MB, or is no SQL.', {
        hint: 'Choose another file.',
      });
    }
  }

  /** @throws SnapkeepError `CORRUPT` when the dump is not whole */
  finish(): void {
    const { rest, blank } = this.#splitter.end();
    // A command of the shell has no semicolon.
    if (!blank) refuseCommand(textOf(rest), rest.line);
    if (blank && this.#complete) {
      if (this.#database.inTransaction) this.#database.exec('COMMIT');
      return;
    }
    throw new SnapkeepError('CORRUPT', `The dump is cut off: there is no COMMIT at its end, in line ${rest.line}.`, {
      hint: 'Nothing was kept of it. Use another dump, or get this one again.',
      details: { line: rest.line },
    });
  }

  close(): void {
    this.#database.close();
  }

  #run(statement: Statement): void {
    const sql = textOf(statement);
    const verdict = judgeStatement(sql, statement.line);
    if (verdict === 'leave-out') return;
    this.#complete = verdict === 'end';
    if (verdict === 'begin' || verdict === 'end') return;
    try {
      if (!this.#database.inTransaction) this.#database.exec('BEGIN');
      if (verdict === 'run') runWithQuotedStrings(this.#database, sql);
      else this.#runOnSchema(sql);
    } catch (error) {
      throw explainStatement(error, statement.line);
    }
  }

  #runOnSchema(sql: string): void {
    this.#database.pragma('writable_schema = ON');
    this.#database.exec(sql);
    this.#database.pragma('writable_schema = OFF');
  }
}

/** A statement as a string, in which each text still has its bytes. */
function textOf({ sql, line }: Statement): string {
  const safe = isUtf8(sql) && !sql.includes(0) ? sql : withSafeTexts(sql);
  if (!isUtf8(safe) || safe.includes(0)) {
    throw new SnapkeepError('CORRUPT', `Line ${line} of the dump has bytes outside of texts that are no UTF-8.`, {
      hint: 'Use another dump, or write this one anew in UTF-8.',
      details: { line },
    });
  }
  return safe.toString('utf8');
}

function withoutMark(start: Buffer): Buffer {
  if (UTF16_MARKS.some((mark) => start.subarray(0, 2).equals(mark))) {
    throw new SnapkeepError('UNSUPPORTED', 'The dump is written in UTF-16.', {
      hint: 'Write it anew in UTF-8. PowerShell does so with “sqlite3 file.db ".output dump.sql" .dump”.',
    });
  }
  return start.subarray(0, 3).equals(UTF8_MARK) ? start.subarray(3) : start;
}

/** A schema that was written past SQLite's checks is read once as any other program will. */
function requireReadable(path: string, unlocking: Unlocking | null): void {
  const database = openDatabase(path, { readonly: true, mustExist: true, unlocking });
  try {
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
  } finally {
    database.close();
  }
}

function explainStatement(error: unknown, line: number): SnapkeepError {
  const code = errorCode(error) ?? '';
  if (code.startsWith('SQLITE_FULL') || code.startsWith('SQLITE_IOERR') || !(error instanceof Error))
    return explainError(error, 'the new database');
  return new SnapkeepError('CORRUPT', `SQLite refuses line ${line} of the dump: ${error.message}.`, {
    hint: 'Nothing was kept of it. Use another dump, or put that line right.',
    details: { line },
    cause: error,
  });
}
