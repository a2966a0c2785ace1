import { dirname } from 'node:path';
import { explainWrite } from '../../engine/files/disk-full.ts';
import { type Database, openDatabase } from '../../engine/sqlite/open-database.ts';
import { isBusy, type Lockable, whenFree } from '../../engine/sqlite/when-free.ts';
import type { TaskContext } from '../../engine/task-context.ts';

const STEP_PAGES = 1000;

/** A database that is overwritten through SQLite. */
export interface LiveTarget extends Lockable {
  journalMode: string;
  /** Called with the write lock held and nothing written yet; what it throws leaves everything as it was. */
  onLocked(): Promise<void>;
}

/**
 * Writes an image over the content of a live database, through SQLite and in one transaction: programs that have it
 * open see the old content until it is done and then the new one, and go on without reopening.
 * @throws SnapkeepError `LOCKED` when its lock is not given free in time; nothing has been changed then
 */
export async function writeIntoLive(imagePath: string, target: LiveTarget, context: TaskContext): Promise<void> {
  using image = openDatabase(imagePath, { mustExist: true });
  // The index of a WAL is then kept in memory: it needs no room, for want of which a copy fails with no reason given.
  image.pragma('locking_mode = EXCLUSIVE');
  // The copy carries the image's journal mode along, and a target in another mode is to stay in its own.
  if (target.journalMode !== 'wal') leaveWal(image, imagePath);
  await whenFree(target, context, () => tryCopy(image, target, context));
}

function leaveWal(image: Database, imagePath: string): void {
  try {
    image.pragma('journal_mode = DELETE');
  } catch (error) {
    throw explainWrite(error, 'staging', dirname(imagePath));
  }
}

/** Answers whether the content was written; `false`: the target is locked. */
async function tryCopy(image: Database, { path, onLocked }: LiveTarget, context: TaskContext): Promise<boolean> {
  const pageSize = Number(image.pragma('page_size', { simple: true }));
  const gate = new Gate(onLocked);
  try {
    const { totalPages } = await image.backup(path, {
      progress: ({ totalPages, remainingPages }) => {
        if (!gate.isOpen()) return 0;
        context.throwIfCancelled();
        context.progress('replacing', (totalPages - remainingPages) * pageSize, totalPages * pageSize);
        return STEP_PAGES;
      },
    });
    // The driver takes "busy at the first step" for "nothing left to copy": then no page was counted either.
    return totalPages > 0;
  } catch (error) {
    if (!gate.failed && isBusy(error)) return false;
    throw error;
  }
}

/**
 * Keeps a backup at its first step, with the target's lock held and nothing written, until something is done: a step of
 * no pages changes nothing.
 */
class Gate {
  readonly #work: () => Promise<void>;
  readonly #sleeper = new Int32Array(new SharedArrayBuffer(4));
  #state: 'closed' | 'working' | 'open' | { error: unknown } = 'closed';

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  get failed(): boolean {
    return typeof this.#state === 'object';
  }

  /** @throws what the work threw */
  isOpen(): boolean {
    if (typeof this.#state === 'object') throw this.#state.error;
    if (this.#state === 'open') return true;
    if (this.#state === 'closed') void this.#begin();
    // The driver asks again at once; a moment of rest keeps the processor for the work.
    else Atomics.wait(this.#sleeper, 0, 0, 1);
    return false;
  }

  async #begin(): Promise<void> {
    this.#state = 'working';
    try {
      await this.#work();
      this.#state = 'open';
    } catch (error) {
      this.#state = { error };
    }
  }
}

/** Carries the restored pages from the write-ahead log into the database's own file and syncs it. */
export function makeDurable(targetPath: string, context: TaskContext): void {
  using target = openDatabase(targetPath, { mustExist: true });
  const [result] = target.pragma('wal_checkpoint(FULL)') as Array<{ busy: number }>;
  if (result?.busy)
    context.log('info', 'A reader holds the log; SQLite moves the restored pages to the database later.');
}
