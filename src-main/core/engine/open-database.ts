import { chmod, copyFile, mkdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
// The one place that loads a SQLite driver: see "Which driver" in docs/architecture.md.
import SqliteDatabase from 'better-sqlite3-multiple-ciphers';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { exists, sidecarPaths } from './durable-files.ts';
import { errorCode, explainError } from './engine-errors.ts';

export type Database = SqliteDatabase.Database;

/** How long a statement waits for another program's lock, in milliseconds, before it gives up. */
const BUSY_TIMEOUT = 5_000;

/** Opens a database that is Snapkeep's own or a file nobody else uses. */
export function openDatabase(path: string, options: { readonly?: boolean; mustExist?: boolean } = {}): Database {
  return new SqliteDatabase(path, {
    readonly: options.readonly ?? false,
    fileMustExist: options.mustExist ?? false,
    timeout: BUSY_TIMEOUT,
  });
}

/** The version of SQLite in the driver. */
export function sqliteVersion(): string {
  const database = openDatabase(':memory:');
  try {
    return String(database.prepare('SELECT sqlite_version()').pluck().get());
  } finally {
    database.close();
  }
}

/**
 * Opens somebody else's database to read it as it is now, and starts a read transaction that holds that state.
 *
 * Nothing is left beside the database that was not there before: where no program has it open, the connection may
 * write so that SQLite can take away its own files at the end, but is told to change nothing. (One thing stays: the
 * `-shm` of a log that a crash left without it. Taking it away could hit a program that opens just then.) Where SQLite may not
 * create or roll back what it needs (a write-ahead log in a folder that can only be read, a journal left by a crash),
 * a copy of the files is opened in `scratchFolder` instead.
 *
 * @throws SnapkeepError `NOT_FOUND`, `INVALID_PARAMS` for a folder, `UNSUPPORTED` for what is no plain database,
 * `LOCKED`, `CORRUPT`, `PERMISSION`
 */
export async function openForReading(path: string, scratchFolder: string): Promise<Database> {
  await requireFile(path);
  try {
    return beginReading(openInPlace(path, await hasSidecars(path)));
  } catch (error) {
    if (!needsOwnCopy(error)) throw explainError(error, path);
  }
  try {
    return beginReading(openDatabase(await copyWithSidecars(path, scratchFolder), { mustExist: true }));
  } catch (error) {
    throw explainError(error, path);
  }
}

/** Closes, which ends the read transaction. There is no COMMIT: on a damaged database that would fail in its turn. */
export function closeReading(database: Database): void {
  database.close();
}

/** @throws SnapkeepError when the path is not a file that can be read */
export async function requireFile(path: string): Promise<void> {
  let info: Awaited<ReturnType<typeof stat>>;
  try {
    info = await stat(path);
  } catch (error) {
    throw explainError(error, path);
  }
  if (info.isDirectory())
    throw new SnapkeepError('INVALID_PARAMS', `${path} is a folder.`, { hint: 'Choose the database file in it.' });
  if (!info.isFile())
    throw new SnapkeepError('INVALID_PARAMS', `${path} is not a file.`, { hint: 'Choose a database file.' });
}

function openInPlace(path: string, inUse: boolean): Database {
  if (inUse) return openDatabase(path, { readonly: true, mustExist: true });
  try {
    const database = openDatabase(path, { mustExist: true });
    database.pragma('query_only = ON');
    return database;
  } catch (error) {
    if (!['SQLITE_READONLY', 'SQLITE_CANTOPEN', 'SQLITE_PERM'].some((code) => errorCode(error)?.startsWith(code)))
      throw error;
    return openDatabase(path, { readonly: true, mustExist: true });
  }
}

function beginReading(database: Database): Database {
  try {
    database.exec('BEGIN');
    // A transaction holds a state from its first read on, not from BEGIN.
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

async function hasSidecars(path: string): Promise<boolean> {
  const { wal, shm, journal } = sidecarPaths(path);
  return (await exists(wal)) || (await exists(shm)) || (await exists(journal));
}

function needsOwnCopy(error: unknown): boolean {
  const code = errorCode(error) ?? '';
  return code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN');
}

/** @throws SnapkeepError `BUSY` when a program writes to the files while they are copied */
async function copyWithSidecars(path: string, scratchFolder: string): Promise<string> {
  const folder = join(scratchFolder, 'source-copy');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const copy = join(folder, basename(path));
  const { wal, journal } = sidecarPaths(path);
  const before = await fingerprint(path);
  await copyWritable(path, copy);
  if (await exists(wal)) await copyWritable(wal, sidecarPaths(copy).wal);
  if (await exists(journal)) await copyWritable(journal, sidecarPaths(copy).journal);
  if (before !== (await fingerprint(path))) {
    throw new SnapkeepError('BUSY', `${path} is written to, and SQLite may not take part in its locks.`, {
      hint: 'Give Snapkeep the right to write in the folder of the database, or stop the program that uses it, and try again.',
    });
  }
  return copy;
}

/** Copies a file so that SQLite may write to the copy, whatever the rights of the original are. */
async function copyWritable(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  await chmod(to, 0o600);
}

async function fingerprint(path: string): Promise<string> {
  const { wal, journal } = sidecarPaths(path);
  const parts: string[] = [];
  for (const file of [path, wal, journal]) {
    if (!(await exists(file))) continue;
    const info = await stat(file, { bigint: true });
    parts.push(`${file}:${info.ino}:${info.size}:${info.mtimeNs}`);
  }
  return parts.join('\n');
}
