import { setTimeout as delay } from 'node:timers/promises';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { errorCode } from './engine-errors.ts';
import { type Database, openDatabase } from './open-database.ts';
import type { TaskContext } from './task-context.ts';

const RETRY_MS = 50;
const STEP_PAGES = 1000;

/**
 * Writes an image over the content of a live database, through SQLite and in one transaction: programs that have it
 * open see the old content until it is done and then the new one, and go on without reopening.
 * @param lockWaitMs how long another program's lock is waited for
 * @throws SnapkeepError `LOCKED` when it is not given free in time; nothing has been changed then
 */
export async function writeIntoLive(
  imagePath: string,
  targetPath: string,
  targetJournalMode: string,
  lockWaitMs: number,
  context: TaskContext,
): Promise<void> {
  const image = openDatabase(imagePath, { mustExist: true });
  try {
    // The copy carries the image's journal mode along, and a target in another mode is to stay in its own.
    if (targetJournalMode !== 'wal') image.pragma('journal_mode = DELETE');
    await copyWhenFree(image, targetPath, lockWaitMs, context);
  } finally {
    image.close();
  }
  makeDurable(targetPath, context);
}

async function copyWhenFree(
  image: Database,
  targetPath: string,
  lockWaitMs: number,
  context: TaskContext,
): Promise<void> {
  const started = context.now().getTime();
  for (let told = false; ; told = true) {
    if (await tryCopy(image, targetPath, context)) return;
    if (context.now().getTime() - started >= lockWaitMs) {
      throw new SnapkeepError(
        'LOCKED',
        `Another program has kept ${targetPath} locked for ${Math.round(lockWaitMs / 1000)} s.`,
        {
          hint: 'Nothing was changed. Let it finish or close it, and try again.',
        },
      );
    }
    if (!told) context.log('info', 'Another program holds a lock; waiting for it.');
    context.throwIfCancelled();
    await delay(RETRY_MS);
  }
}

/** Answers whether the content was written; `false`: the target is locked. */
async function tryCopy(image: Database, targetPath: string, context: TaskContext): Promise<boolean> {
  const pageSize = Number(image.pragma('page_size', { simple: true }));
  try {
    const { totalPages } = await image.backup(targetPath, {
      progress: ({ totalPages, remainingPages }) => {
        context.throwIfCancelled();
        context.progress('replacing', (totalPages - remainingPages) * pageSize, totalPages * pageSize);
        return STEP_PAGES;
      },
    });
    // The driver takes "busy at the first step" for "nothing left to copy": then no page was counted either.
    return totalPages > 0;
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return false;
    throw error;
  }
}

/** Carries the restored pages from the write-ahead log into the database's own file and syncs it. */
function makeDurable(targetPath: string, context: TaskContext): void {
  const target = openDatabase(targetPath, { mustExist: true });
  try {
    const [result] = target.pragma('wal_checkpoint(FULL)') as Array<{ busy: number }>;
    if (result?.busy) context.log('info', 'A reader keeps the log busy; SQLite carries the restored pages over later.');
  } finally {
    target.close();
  }
}
