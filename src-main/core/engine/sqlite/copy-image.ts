import { open, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import type { Manifest } from '../../../../src-shared/model/manifest.ts';
import { whyUnchecked } from '../../../../src-shared/rules/sqlite/sqlite-findings.ts';
import { settingsInWords } from '../../../../src-shared/words/database-encryption-words.ts';
import { countInWords } from '../../../../src-shared/words/wording.ts';
import { errorCode, explainError } from '../engine-errors.ts';
import { explainWrite, requireRoom } from '../files/disk-full.ts';
import { fileSize, sidecarPaths } from '../files/durable-files.ts';
import { EarlySync } from '../files/early-sync.ts';
import type { TaskContext } from '../task-context.ts';
import type { Unlocking } from './database-key.ts';
import { nameWithLog, warnOfUnseenNames } from './hard-links.ts';
import { type Database, openForReading, type Reading, setWal } from './open-database.ts';
import { RawPages } from './raw-pages.ts';
import { isStoredAsUsual } from './read-schema.ts';

/** Pages are copied in steps of about this many bytes: progress and cancelling stay smooth, and nothing is slower for it. */
const STEP_BYTES = 4_096_000;

/** A consistent copy of a database, in one file. */
export interface Image {
  path: string;
  /** The instant whose content it holds. */
  takenAt: Date;
  journalMode: string;
  /** How it was made. */
  method: Manifest['method'];
  /** What opens it, as it opens the source; `null`: neither is encrypted. */
  unlocking: Unlocking | null;
}

/** A copy that was made now, and the bytes of a page. */
export type FreshImage = Image & { pageSize: number };

/** How a copy is made. */
export interface CopyOptions {
  /** Rewritten without free pages, its tables in order; see {@link vacuumInto}. */
  compact?: boolean;
  /** Told the bytes of the copy before it is begun; throws when there is no room for it. */
  askForRoom?: ((bytes: number) => Promise<void>) | undefined;
}

/**
 * Copies the pages of a live database under one read transaction, step by step: through SQLite, where the held
 * transaction keeps the copy from starting over at each commit of another program, or, of an encrypted one, as they are
 * on the disk. A compact copy is made by VACUUM INTO, which keeps the key.
 * @param path where the copy goes; nothing may be there
 * @throws SnapkeepError `NO_SPACE`, `LOCKED`, `CORRUPT`, `CONFLICT`, and as {@link openForReading}
 */
export async function copyImage(
  sourcePath: string,
  path: string,
  context: TaskContext,
  {
    compact = false,
    askForRoom = (bytes) => requireRoom({ use: 'staging', folder: dirname(path), bytes }),
  }: CopyOptions = {},
): Promise<FreshImage> {
  using source = await openSource(sourcePath, context);
  return await copySource(source, path, context, { compact, askForRoom });
}

/** A database that is read under a transaction, and which file it was when it was opened. */
export interface OpenSource extends Reading {
  path: string;
  identity: string;
  /** What has read its pages past SQLite; `null`: nothing has. */
  raw: RawPages | null;
}

/** Opens a database to copy it. @throws SnapkeepError as {@link openForReading} */
export async function openSource(path: string, context: TaskContext): Promise<OpenSource> {
  const identity = await fileIdentity(path);
  const source: OpenSource = {
    ...(await openForReading(path, context)),
    path,
    identity,
    raw: null,
    [Symbol.dispose]: () => {
      source.database.close();
      // Last: closing a descriptor frees every lock of the process on its file.
      source.raw?.close();
    },
  };
  return source;
}

/** Copies an open database, which stays open: see {@link copyImage}. */
export async function copySource(
  open: OpenSource,
  path: string,
  context: TaskContext,
  { compact = false, askForRoom }: CopyOptions,
): Promise<FreshImage> {
  const { path: sourcePath, identity, database: source, unlocking } = open;
  try {
    const journalMode = String(source.pragma('journal_mode', { simple: true }));
    warnOfWaiting(journalMode, 'pages are copied', context);
    await warnOfUnseenNames(sourcePath, journalMode, context);
    await askForRoom?.(pagesNeeded(source, compact) * pageSizeOf(source));
    const copied = compact
      ? await compactOrCopy(open, path, journalMode, context)
      : await copyUnchanged(open, path, context);
    await requireSameFile(sourcePath, identity);
    return { path, journalMode, unlocking, pageSize: pageSizeOf(source), ...copied };
  } catch (error) {
    await rm(path, { force: true });
    throw explainWrite(error, 'staging', dirname(path), sourcePath);
  }
}

type Copied = Pick<Image, 'takenAt' | 'method'>;

/** Copies every page as it is: through SQLite, or from the disk where SQLite would have to decrypt and encrypt each. */
async function copyUnchanged(open: OpenSource, path: string, context: TaskContext): Promise<Copied> {
  const { path: sourcePath, identity, database: source, unlocking } = open;
  const takenAt = context.now();
  const pages = unlocking === null ? await copyPages(source, path, context) : await copyRawPages(open, path, context);
  await requireSameFile(sourcePath, identity);
  await requireWhole(sourcePath, pages * pageSizeOf(source));
  context.log('info', `Copied ${countInWords(pages, 'page')} under one read transaction.`);
  return { takenAt, method: 'online-backup' };
}

/** Rewrites the database without gaps, or copies its pages where SQLite cannot rewrite it and a compact copy is not lost. */
async function compactOrCopy(
  open: OpenSource,
  path: string,
  journalMode: string,
  context: TaskContext,
): Promise<Copied> {
  const { path: sourcePath, database: source, unlocking } = open;
  const bytes = Number(source.pragma('page_count', { simple: true })) * pageSizeOf(source);
  // Checked while the read transaction keeps others from shortening the file; VACUUM INTO needs its own.
  await requireWhole(sourcePath, bytes);
  source.exec('COMMIT');
  const takenAt = context.now();
  const refused = vacuumInto(source, path, unlocking, journalMode, bytes, context);
  if (refused === null) return { takenAt, method: 'vacuum-into' };
  requirePages(sourcePath, refused);
  await rm(path, { force: true });
  const refusedAt = context.now();
  const pages = await copyRawPages(open, path, context);
  context.log(
    'warning',
    `Copied ${countInWords(pages, 'page')} unchanged, including free pages: VACUUM INTO cannot copy this database (${refused.message}).`,
  );
  return { takenAt: refusedAt, method: 'online-backup' };
}

/** Its descriptors stay open until the database is closed. */
async function copyRawPages(open: OpenSource, path: string, context: TaskContext): Promise<number> {
  open.raw = new RawPages(open.database);
  return open.raw.copyTo(path, context);
}

/** What VACUUM INTO says where it cannot make anew what the schema has: no trouble with the disk, the file or locks. */
const REFUSALS = ['SQLITE_ERROR', 'SQLITE_CONSTRAINT', 'SQLITE_MISMATCH', 'SQLITE_TOOBIG'];
const isRefusal = (error: unknown): error is Error =>
  error instanceof Error &&
  REFUSALS.some((code) => errorCode(error) === code || errorCode(error)?.startsWith(`${code}_`));

/**
 * A database is copied by its pages where it cannot be rewritten. So is one that was to be compacted where strings in
 * double quotes, or how the schema is stored, are all that is in the way: SQLite has everything else that it needs.
 * @throws SnapkeepError `UNSUPPORTED` where it was to be compacted and SQLite lacks what its own program brings
 */
function requirePages(path: string, refused: Error): void {
  if (refused.message === UNUSUAL || isStringInDoubleQuotes(refused.message)) return;
  const reason = whyUnchecked('SQLITE_ERROR', refused.message)?.reason ?? refused.message;
  throw new SnapkeepError('UNSUPPORTED', `${path} cannot be compacted: ${reason}.`, {
    hint: 'Nothing was stored. Choose the method online, which copies the pages unchanged.',
    cause: refused,
  });
}

const isStringInDoubleQuotes = (message: string): boolean => message.includes('should this be a string literal');

const UNUSUAL = 'its schema is stored in an unusual way, and VACUUM would leave out parts of it';

const pageSizeOf = (database: Database): number => Number(database.pragma('page_size', { simple: true }));

/** The file itself may be smaller, while pages are in its log alone. VACUUM INTO leaves out the pages that are free. */
function pagesNeeded(source: Database, compact: boolean): number {
  const pages = Number(source.pragma('page_count', { simple: true }));
  return compact ? pages - Number(source.pragma('freelist_count', { simple: true })) : pages;
}

/** Says that other programs wait, where they do. */
export function warnOfWaiting(journalMode: string, meanwhile: string, context: Pick<TaskContext, 'log'>): void {
  if (journalMode === 'wal' || journalMode === 'memory') return;
  context.log(
    'warning',
    `The journal mode is ${journalMode}: programs cannot write while ${meanwhile}. In WAL mode they can.`,
  );
}

/** @throws SnapkeepError `CONFLICT` when another file has replaced the one that was read */
export async function requireSameFile(path: string, identity: string): Promise<void> {
  if ((await fileIdentity(path)) === identity) return;
  throw new SnapkeepError('CONFLICT', `${path} was replaced by another file while it was being copied.`, {
    hint: 'Nothing was stored. Back up again to get the new one.',
  });
}

async function copyPages(source: Database, path: string, context: TaskContext): Promise<number> {
  const pageSize = pageSizeOf(source);
  const pageCount = Number(source.pragma('page_count', { simple: true }));
  const step = Math.max(1, Math.round(STEP_BYTES / pageSize));
  context.progress('copying', 0, pageCount * pageSize);
  // Closed after SQLite has closed the copy, for that would free its locks.
  await using copy = await open(path, 'wx', 0o600);
  if (pageCount === 0) return 0;
  // SQLite syncs the copy as if it were to stay.
  const disk = new EarlySync(copy);
  const { totalPages } = await source.backup(path, {
    progress: ({ totalPages, remainingPages }) => {
      context.throwIfCancelled();
      context.progress('copying', (totalPages - remainingPages) * pageSize, totalPages * pageSize);
      disk.wrote(step * pageSize);
      return step;
    },
  });
  await disk.settle();
  context.throwIfCancelled();
  // The driver takes "busy at the first step" for "nothing left to copy".
  if (totalPages !== pageCount) {
    throw new SnapkeepError('LOCKED', 'The copy could not start: the database is locked.', { hint: 'Try again.' });
  }
  return totalPages;
}

/**
 * Writes a compacted copy, encrypted with the key of the source.
 *
 * It is one statement: it cannot be stopped half way, holds a separate read transaction, and says nothing of how
 * far it is: progress goes from nothing to all. Rowids of tables without INTEGER PRIMARY KEY may change, the copy's
 * pages are not those of the source, and a database that SQLite cannot read whole is refused.
 * @returns why SQLite cannot make anew what the schema has; `null`: it was copied
 */
function vacuumInto(
  source: Database,
  path: string,
  unlocking: Unlocking | null,
  journalMode: string,
  bytes: number,
  context: TaskContext,
): Error | null {
  context.throwIfCancelled();
  context.progress('copying', 0, bytes);
  context.watchFile('copying', path, bytes);
  if (!isStoredAsUsual(source)) return new Error(UNUSUAL);
  warnOfManyTables(source, context);
  // It writes to the new file alone, and SQLite counts that as a change.
  source.pragma('query_only = OFF');
  try {
    source.prepare('VACUUM INTO ?').run(path);
  } catch (error) {
    if (isRefusal(error)) return error;
    throw error;
  }
  context.throwIfCancelled();
  const key = unlocking === null ? '' : `, encrypted with the same key (${settingsInWords(unlocking.settings)})`;
  context.log('info', `Copied by VACUUM INTO${key}.`);
  // The copy is to be what the source is, and VACUUM INTO leaves the mode out.
  if (journalMode === 'wal') setWal(path, unlocking);
  context.progress('copying', bytes, bytes);
  return null;
}

/** SQLite rewrites as many in some seconds. */
const MANY_TABLES = 5000;

/** SQLite goes through all tables and indexes for each that it makes anew. */
function warnOfManyTables(source: Database, context: Pick<TaskContext, 'log'>): void {
  const count = Number(source.prepare('SELECT count(*) FROM sqlite_schema WHERE rootpage > 0').pluck().get());
  if (count <= MANY_TABLES) return;
  context.log(
    'warning',
    `VACUUM INTO takes time that grows with the square of the number of tables and indexes: about a minute for 20,000. This database has ${count.toLocaleString('en-US')}.`,
  );
}

/**
 * SQLite reads the missing end of a last page as zeros and says nothing. While the copy is held, nobody shortens the
 * file; where there is a log or a journal, the file need not be whole.
 */
async function requireWhole(given: string, bytes: number): Promise<void> {
  const path = await nameWithLog(given);
  const { wal, journal } = sidecarPaths(path);
  if ((await fileSize(wal)) > 0 || (await fileSize(journal)) > 0) return;
  const found = await fileSize(path);
  if (found >= bytes || found === 0) return;
  throw new SnapkeepError('CORRUPT', `${path} is truncated: it has ${found} of ${bytes} bytes.`, {
    hint: 'Restore it from a verified snapshot.',
  });
}

/** Which file a path names now. */
export async function fileIdentity(path: string): Promise<string> {
  try {
    const info = await stat(path, { bigint: true });
    return `${info.dev}:${info.ino}`;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 'gone';
    throw explainError(error, path);
  }
}
