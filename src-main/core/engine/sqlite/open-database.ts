import { chmod, copyFile, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
// The one place that loads a SQLite driver: see "Libraries" in docs/architecture.md.
import SqliteDatabase from 'better-sqlite3-multiple-ciphers';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { PAGE_SIZES } from '../../../../src-shared/model/database-encryption.ts';
import { errorCode, explainError } from '../engine-errors.ts';
import { exists, sidecarPaths } from '../files/durable-files.ts';
import { databaseState } from '../files/file-state.ts';
import { notDatabase } from '../identify/content-words.ts';
import { hasPlaintextHeader, laterFormatOf } from '../identify/database-header.ts';
import { identifyContent } from '../identify/identify-file.ts';
import { requireFile } from '../identify/require-file.ts';
import type { TaskContext } from '../task-context.ts';
import { type DatabaseKey, type Unlocking, unlock, waysToOpen } from './database-key.ts';
import { nameWithLog } from './hard-links.ts';

export type Database = SqliteDatabase.Database;
export type Statement = SqliteDatabase.Statement;

/** A database that is closed when the block ends that declares it with `using`. */
export type OpenedDatabase = Database & Disposable;

/**
 * An opened database and what opened it; `null`: it is not encrypted. Closing it ends the read transaction. There is no
 * COMMIT: on a damaged database that would fail in its turn.
 */
export interface Reading extends Disposable {
  database: Database;
  unlocking: Unlocking | null;
}

/** How long a statement waits for another program's lock, in milliseconds, unless told otherwise. */
const LOCK_WAIT_MS = 5_000;

interface OpenOptions {
  readonly?: boolean;
  mustExist?: boolean;
  unlocking?: Unlocking | null;
  lockWaitMs?: number;
}

/** How somebody else's database is opened. */
interface Opening extends Pick<TaskContext, 'stagingFolder' | 'keys' | 'opened'> {
  /** How long another program's lock is waited for, in milliseconds. */
  readonly lockWaitMs?: number;
}

/** Opens a database that is Snapkeep's own or a file nobody else uses. */
export function openDatabase(path: string, options: OpenOptions = {}): OpenedDatabase {
  const database = new SqliteDatabase(path, {
    readonly: options.readonly ?? false,
    fileMustExist: options.mustExist ?? false,
    timeout: options.lockWaitMs ?? LOCK_WAIT_MS,
  });
  try {
    // What a schema says may call no function that could do harm.
    database.pragma('trusted_schema = OFF');
    if (options.unlocking) unlock(database, options.unlocking);
    return Object.assign(database, { [Symbol.dispose]: () => void database.close() });
  } catch (error) {
    database.close();
    throw error;
  }
}

/** The version of SQLite in the driver. */
export function sqliteVersion(): string {
  using database = openDatabase(':memory:');
  return String(database.prepare('SELECT sqlite_version()').pluck().get());
}

/**
 * Opens somebody else's database to read it as it is now, and starts a read transaction that holds that state.
 *
 * Nothing is left beside the database that was not there before: where no program has it open, the connection may
 * write so that SQLite can remove its own files at the end, but with query_only on. (One thing stays: the
 * `-shm` of a log that a crash left without it. Taking it away could hit a program that opens just then.) Where SQLite may not
 * create or roll back what it needs (a write-ahead log in a folder that can only be read, a journal left by a crash),
 * a copy of the files is opened in the staging folder instead.
 *
 * What is encrypted is tried with every key there is and with all settings that are known or common, the likely ones
 * first.
 *
 * @throws SnapkeepError `NOT_FOUND`, `INVALID_PARAMS` for a folder, `UNSUPPORTED` for what is no database, `BAD_KEY`
 * for what is encrypted with another key, `LOCKED`, `CORRUPT`, `PERMISSION`
 */
export async function openForReading(given: string, opening: Opening): Promise<Reading> {
  const { keys, opened } = opening;
  await requireFile(given);
  const path = await nameWithLog(given);
  const plain = await attempt(path, opening, null);
  if ('database' in plain) return readingOf(plain.database, null);
  if (!mayBeEncrypted(plain.error)) throw explainError(plain.error, path);
  // What was opened before is opened again without reading the file: this process may hold locks on it, and closing
  // any descriptor of a file releases them.
  const again = await firstToOpen(path, opening, [...opened]);
  if (again !== null) return again;
  const content = await identifyContent(path);
  requireKnownFormat(path, await startOf(path));
  if (!isWrongKey(plain.error) && content !== 'encrypted') throw explainError(plain.error, path);
  const reading = await firstToOpen(path, opening, waysToOpen(await startOf(path), keys));
  if (reading === null) {
    if (content === 'encrypted') throw await badKey(path, keys);
    throw notDatabase(path, content) ?? explainError(plain.error, path);
  }
  if (reading.unlocking !== null) opened.unshift(reading.unlocking);
  return reading;
}

/**
 * Opens it in the first way that works; `null`: none does.
 * @throws SnapkeepError where a key fits, and the database cannot be read anyway
 */
async function firstToOpen(
  path: string,
  opening: Opening,
  ways: Iterable<Unlocking> | AsyncIterable<Unlocking>,
): Promise<Reading | null> {
  for await (const unlocking of ways) {
    const tried = await attempt(path, opening, unlocking);
    if ('database' in tried) return readingOf(tried.database, unlocking);
    if (!isWrongKey(tried.error)) throw explainError(tried.error, path);
  }
  return null;
}

/** @throws SnapkeepError `UNSUPPORTED` for a database that a later SQLite has written */
function requireKnownFormat(path: string, start: Buffer): void {
  const version = laterFormatOf(start);
  if (version === null) return;
  const own = sqliteVersion().split('.').slice(0, 2).join('.');
  throw new SnapkeepError('UNSUPPORTED', `File format ${version} of ${path} is not supported by SQLite ${own}.`, {
    hint: 'Update Snapkeep if there is a later version. Otherwise the header of the file is damaged: restore it from a snapshot.',
  });
}

const readingOf = (database: Database, unlocking: Unlocking | null): Reading => ({
  database,
  unlocking,
  [Symbol.dispose]: () => void database.close(),
});

/** Opens it in one way, or says why that cannot be. */
async function attempt(
  path: string,
  opening: Opening,
  unlocking: Unlocking | null,
): Promise<{ database: Database } | { error: unknown }> {
  try {
    return { database: await beginAnywhere(path, opening, unlocking) };
  } catch (error) {
    return { error };
  }
}

/** What does not open with a key is no database to SQLite. */
const isWrongKey = (error: unknown): boolean => errorCode(error)?.startsWith('SQLITE_NOTADB') ?? false;

/** With a plaintext header, SQLite takes what follows it for damaged, or for a format that it does not know. */
const mayBeEncrypted = (error: unknown): boolean => /^SQLITE_(?:NOTADB|CORRUPT|ERROR)/.test(errorCode(error) ?? '');

/** As much of the file as its first page can have. */
export async function startOf(path: string): Promise<Buffer> {
  await using handle = await open(path, 'r');
  const longest = Math.max(...PAGE_SIZES);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(longest), 0, longest, 0);
  return buffer.subarray(0, bytesRead);
}

/** Reads in place; where SQLite cannot, a fresh copy, for a wrong key may have spoiled the one before. */
async function beginAnywhere(
  path: string,
  { stagingFolder, lockWaitMs = LOCK_WAIT_MS }: Opening,
  unlocking: Unlocking | null,
): Promise<Database> {
  try {
    return beginReading(openInPlace(path, await hasSidecars(path), { mustExist: true, unlocking, lockWaitMs }));
  } catch (error) {
    if (!needsOwnCopy(error)) throw error;
  }
  const copy = await copyWithSidecars(path, stagingFolder);
  if (unlocking !== null) await requireKey(copy, unlocking);
  return beginReading(openDatabase(copy, { mustExist: true, unlocking }));
}

/**
 * Tries a key on a copy without its journal: one that is played back with a wrong key makes the database look damaged.
 * @throws SqliteError `SQLITE_NOTADB` for a wrong key
 */
async function requireKey(copy: string, unlocking: Unlocking): Promise<void> {
  const { journal } = sidecarPaths(copy);
  if (!(await exists(journal))) return;
  const aside = `${journal}.aside`;
  await rename(journal, aside);
  try {
    beginReading(openDatabase(copy, { readonly: true, mustExist: true, unlocking })).close();
  } catch (error) {
    // What is torn in the middle of a transaction may well look damaged: that is what the journal is for.
    if (errorCode(error)?.startsWith('SQLITE_NOTADB')) throw error;
  }
  await rename(aside, journal);
}

async function badKey(path: string, keys: readonly DatabaseKey[]): Promise<SnapkeepError> {
  const tried = keys.length > 0;
  if (hasPlaintextHeader(await startOf(path))) {
    return new SnapkeepError(
      'BAD_KEY',
      `${tried ? 'No known key opens' : 'No key is known for'} ${path}: it is encrypted with a plaintext header, or damaged.`,
      {
        hint: 'Enter its key and, in the custom settings, its salt of 32 hexadecimal digits, which is not in the file. A raw key of 96 digits includes the salt.',
      },
    );
  }
  return tried
    ? new SnapkeepError('BAD_KEY', `No known key opens ${path}: it has another key, or its first page is damaged.`, {
        hint: 'Enter its current key, and its custom settings if its program does not use SQLCipher’s defaults.',
      })
    : new SnapkeepError('BAD_KEY', `${path} is encrypted, or not a database.`, { hint: 'Enter its key.' });
}

function openInPlace(path: string, inUse: boolean, options: OpenOptions): Database {
  if (inUse) return openDatabase(path, { ...options, readonly: true });
  try {
    const database = openDatabase(path, options);
    database.pragma('query_only = ON');
    return database;
  } catch (error) {
    if (!['SQLITE_READONLY', 'SQLITE_CANTOPEN', 'SQLITE_PERM'].some((code) => errorCode(error)?.startsWith(code)))
      throw error;
    return openDatabase(path, { ...options, readonly: true });
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
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const copy = join(folder, basename(path));
  const { wal, journal } = sidecarPaths(path);
  const before = await databaseState(path);
  await copyWritable(path, copy);
  if (await exists(wal)) await copyWritable(wal, sidecarPaths(copy).wal);
  if (await exists(journal)) await copyWritable(journal, sidecarPaths(copy).journal);
  if (before !== (await databaseState(path))) {
    throw new SnapkeepError('BUSY', `${path} is being written to, and Snapkeep has no access to its locks.`, {
      hint: 'Grant Snapkeep write access to the folder of the database, or stop the program that uses it, and try again.',
    });
  }
  return copy;
}

/** Copies a file so that SQLite may write to the copy, whatever the rights of the original are. */
async function copyWritable(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  await chmod(to, 0o600);
}

/** Puts a database that nobody writes to into WAL mode. @throws SqliteError `SQLITE_BUSY` */
export function setWal(path: string, unlocking: Unlocking | null, lockWaitMs = LOCK_WAIT_MS): void {
  using database = openDatabase(path, { mustExist: true, unlocking, lockWaitMs });
  database.pragma('journal_mode = WAL');
}
