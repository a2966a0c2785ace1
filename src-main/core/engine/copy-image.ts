import { open, rm, stat } from 'node:fs/promises';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { countInWords } from '../../../src-shared/rules/wording.ts';
import { exists, sidecarPaths } from './durable-files.ts';
import { errorCode, explainError } from './engine-errors.ts';
import { closeReading, type Database, openForReading } from './open-database.ts';
import type { TaskContext } from './task-context.ts';

/** Pages are copied in steps of about this many bytes: progress and cancelling stay smooth, and nothing is slower for it. */
const STEP_BYTES = 4_096_000;

/** A consistent copy of a database, in one file. */
export interface Image {
  path: string;
  /** The instant whose content it holds. */
  takenAt: Date;
  journalMode: string;
}

/**
 * Copies the pages of a live database through SQLite under one read transaction, step by step. The held transaction is
 * what keeps the copy from starting over at each commit of another program.
 * @param path where the copy goes; nothing may be there
 * @throws SnapkeepError
 */
export async function copyImage(sourcePath: string, path: string, context: TaskContext): Promise<Image> {
  const before = await identity(sourcePath);
  const source = await openForReading(sourcePath, context.stagingFolder);
  try {
    const takenAt = context.now();
    const journalMode = String(source.pragma('journal_mode', { simple: true }));
    if (journalMode !== 'wal' && journalMode !== 'memory') {
      context.log(
        'warning',
        `The journal mode is ${journalMode}: programs that write wait while pages are copied. WAL mode would not make them wait.`,
      );
    }
    const pages = await copyPages(source, path, context);
    context.log('info', `Copied ${countInWords(pages, 'page')} under one read transaction.`);
    if ((await identity(sourcePath)) !== before) {
      throw new SnapkeepError('CONFLICT', `${sourcePath} was replaced by another file while it was being copied.`, {
        hint: 'Nothing was stored. Back up again to get the new one.',
      });
    }
    await requireWhole(sourcePath, pages * Number(source.pragma('page_size', { simple: true })));
    return { path, takenAt, journalMode };
  } catch (error) {
    await rm(path, { force: true });
    throw explainError(error, errorCode(error)?.startsWith('SQLITE_FULL') ? context.stagingFolder : sourcePath);
  } finally {
    closeReading(source);
  }
}

async function copyPages(source: Database, path: string, context: TaskContext): Promise<number> {
  const pageSize = Number(source.pragma('page_size', { simple: true }));
  const pageCount = Number(source.pragma('page_count', { simple: true }));
  const step = Math.max(1, Math.round(STEP_BYTES / pageSize));
  context.progress('copying', 0, pageCount * pageSize);
  if (pageCount === 0) {
    await (await open(path, 'wx', 0o600)).close();
    return 0;
  }
  const { totalPages } = await source.backup(path, {
    progress: ({ totalPages, remainingPages }) => {
      context.throwIfCancelled();
      context.progress('copying', (totalPages - remainingPages) * pageSize, totalPages * pageSize);
      return step;
    },
  });
  context.throwIfCancelled();
  // The driver takes "busy at the first step" for "nothing left to copy".
  if (totalPages !== pageCount) {
    throw new SnapkeepError('LOCKED', 'The copy could not be started because of a lock.', { hint: 'Try again.' });
  }
  return totalPages;
}

/**
 * SQLite reads the missing end of a last page as zeros and says nothing. While the copy is held, nobody shortens the
 * file; where there is a log or a journal, the file need not be whole.
 */
async function requireWhole(path: string, bytes: number): Promise<void> {
  const { wal, journal } = sidecarPaths(path);
  if ((await sizeOf(wal)) > 0 || (await sizeOf(journal)) > 0) return;
  const found = await sizeOf(path);
  if (found >= bytes || found === 0) return;
  throw new SnapkeepError('CORRUPT', `${path} is cut off: it has ${found} bytes instead of ${bytes}.`, {
    hint: 'Restore it from a snapshot that is proven.',
  });
}

async function sizeOf(path: string): Promise<number> {
  return (await exists(path)) ? (await stat(path)).size : 0;
}

async function identity(path: string): Promise<string> {
  try {
    const info = await stat(path, { bigint: true });
    return `${info.dev}:${info.ino}`;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return 'gone';
    throw explainError(error, path);
  }
}
