import { setTimeout as pause } from 'node:timers/promises';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { durationInWords } from '../../../../src-shared/words/wording.ts';
import { errorCode, explainError } from '../engine-errors.ts';
import { requireRoom } from '../files/disk-full.ts';
import type { TaskContext } from '../task-context.ts';
import { copySource, fileIdentity, type Image, type OpenSource, openSource, requireSameFile } from './copy-image.ts';
import { notLockable } from './not-lockable.ts';
import { type Database, openDatabase, openForReading } from './open-database.ts';

/** Databases to be copied as they are at one instant. */
export interface TogetherRequest {
  /** Their canonical paths, and where the copy of each goes. */
  databases: ReadonlyArray<{ path: string; copyPath: string }>;
  /** How long they are tried to be locked, in milliseconds. */
  lockWithinMs: number;
}

/** A copy that was made before its snapshot is taken. */
export interface CopiedImage {
  path: string;
  /** The instant whose content it holds. */
  takenAt: string;
  journalMode: string;
  method: Image['method'];
}

/** How long the programs that write go on between two tries, in milliseconds. */
const PAUSE_MS = { least: 2, more: 20 };

/** The lock that keeps a database from being written to. */
interface WriteLock {
  path: string;
  identity: string;
  database: Database;
}

/**
 * Copies several databases as they are at one instant, so that a transaction over several of them is in all copies or
 * in none. While all are locked for writing, a read transaction is opened on each; then the locks are given up, and the
 * copies are made under the read transactions.
 *
 * SQLite commits such a transaction one file after the other, but gives no lock free before the last one is committed.
 * Whoever has the lock of every file at the same time is therefore between two transactions.
 * @throws SnapkeepError `LOCKED` when they were never free at the same time, `PERMISSION` when one cannot be written
 * to, `NO_SPACE`, `CONFLICT`, and as {@link openForReading}
 */
export async function copyTogether(
  { databases, lockWithinMs }: TogetherRequest,
  context: TaskContext,
): Promise<CopiedImage[]> {
  let locks: WriteLock[] = [];
  const sources: OpenSource[] = [];
  try {
    locks = await lockAll([...new Set(databases.map(({ path }) => path))], lockWithinMs, context);
    const takenAt = context.now();
    for (const { path } of databases) sources.push(await openSource(path, context));
    for (const { path, identity } of locks) await requireSameFile(path, identity);
    // What is encrypted is read in another transaction, so its lock stays until it is copied.
    if (sources.every(({ unlocking }) => unlocking === null)) release(locks);
    await requireRoom({ use: 'staging', folder: context.stagingFolder, bytes: bytesOf(sources) });
    const copies: CopiedImage[] = [];
    for (const [index, { copyPath }] of databases.entries()) {
      const source = sources[index] as OpenSource;
      const image = await copySource(source, copyPath, { ...context, now: () => takenAt }, {});
      copies.push({
        path: image.path,
        takenAt: takenAt.toISOString(),
        journalMode: image.journalMode,
        method: image.method,
      });
    }
    context.log('info', `Copied ${databases.length} databases at the same instant.`);
    return copies;
  } finally {
    release(locks);
    for (const source of sources) source[Symbol.dispose]();
  }
}

/** Waits for an instant at which no database is written to. */
async function lockAll(paths: readonly string[], withinMs: number, context: TaskContext): Promise<WriteLock[]> {
  const opened: WriteLock[] = [];
  try {
    for (const path of paths) opened.push(await openToLock(path, context));
    const giveUpAt = performance.now() + withinMs;
    for (;;) {
      context.throwIfCancelled();
      const busy = tryToLock(opened);
      if (busy === null) return opened;
      if (performance.now() > giveUpAt) throw neverFree(busy, paths.length, withinMs);
      await pause(PAUSE_MS.least + Math.random() * PAUSE_MS.more);
    }
  } catch (error) {
    release(opened);
    throw error;
  }
}

async function openToLock(path: string, context: TaskContext): Promise<WriteLock> {
  const identity = await fileIdentity(path);
  // Opened as for reading first, for that finds the key and says what is wrong with the file.
  using reading = await openForReading(path, context);
  try {
    const database = openDatabase(path, { mustExist: true, unlocking: reading.unlocking });
    database.pragma('busy_timeout = 0');
    return { path, identity, database };
  } catch (error) {
    throw explainLock(error, path);
  }
}

/** Locks all databases, or none. Returns the path of one that is being written to; `null` when all are locked. */
function tryToLock(locks: readonly WriteLock[]): string | null {
  for (const { path, database } of locks) {
    try {
      database.exec('BEGIN IMMEDIATE');
    } catch (error) {
      for (const each of locks) if (each.database.inTransaction) each.database.exec('ROLLBACK');
      if (!/^SQLITE_(BUSY|LOCKED)/.test(errorCode(error) ?? '')) throw explainLock(error, path);
      return path;
    }
  }
  return null;
}

/** Nothing was written under the locks: to close the connections gives them free. */
function release(locks: WriteLock[]): void {
  for (const { database } of locks.splice(0)) database.close();
}

function bytesOf(sources: readonly OpenSource[]): number {
  const pragma = (database: Database, name: string): number => Number(database.pragma(name, { simple: true }));
  return sources.reduce((sum, { database }) => sum + pragma(database, 'page_count') * pragma(database, 'page_size'), 0);
}

function explainLock(error: unknown, path: string): SnapkeepError {
  if (!/^SQLITE_(READONLY|CANTOPEN|PERM)/.test(errorCode(error) ?? '')) return explainError(error, path);
  return notLockable(path, error);
}

function neverFree(path: string, count: number, withinMs: number): SnapkeepError {
  return new SnapkeepError(
    'LOCKED',
    `The ${count} databases were never all idle within ${durationInWords(withinMs)}. ${path} was busy last.`,
    {
      hint: 'Nothing was stored. Try again when there are fewer writes, or check which program keeps a transaction open.',
    },
  );
}
