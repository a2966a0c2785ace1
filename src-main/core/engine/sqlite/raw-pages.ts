import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { sidecarPaths } from '../files/durable-files.ts';
import type { TaskContext } from '../task-context.ts';
import type { Database } from './open-database.ts';
import { CommittedFrames, LogRestarted, readLogState } from './write-ahead-log.ts';

/** The page at this offset of a file is never used: it holds SQLite's locks, and on some systems it cannot be read. */
const LOCK_BYTE = 2 ** 30;
/** Pages are read in steps of about this many bytes. */
const STEP_BYTES = 4_194_304;
/** How often a read transaction is begun until no commit comes in between. */
const BEGIN_TRIES = 1000;

/**
 * Copies the pages of a database as they lie on the disk: an encrypted one stays encrypted with its key, and nothing
 * that its schema names is needed. SQLite's locks hold the state that is copied: a read transaction is open on the
 * database, and the pages are read from the file and, in WAL mode, from its log up to the commit that the transaction
 * sees.
 *
 * Closing a descriptor frees every POSIX lock that the process holds on its file, so a reader is closed after every
 * connection to that database.
 */
export class RawPages {
  readonly #database: Database;
  readonly #file: number;
  readonly #log: { frames: number; index: number } | null;

  /**
   * Begins a new read transaction on the connection.
   * @throws what the file system throws
   */
  constructor(database: Database) {
    this.#database = database;
    if (database.inTransaction) database.exec('COMMIT');
    this.#file = openSync(database.name, 'r');
    this.#log = null;
    if (database.pragma('journal_mode', { simple: true }) === 'wal') {
      const { wal, shm } = sidecarPaths(database.name);
      this.#log = { frames: openSync(wal, 'r'), index: openSync(shm, 'r') };
    }
  }

  /**
   * Writes the copy.
   * @param path where it goes; nothing may be there
   * @returns the number of pages
   * @throws SnapkeepError `BUSY` where commits follow each other so fast that none can be held, or `CORRUPT`
   */
  async copyTo(path: string, context: TaskContext): Promise<number> {
    const frames = this.#begin();
    const pageSize = Number(this.#database.pragma('page_size', { simple: true }));
    const pages = Number(this.#database.pragma('page_count', { simple: true }));
    const target = openSync(path, 'wx', 0o600);
    try {
      try {
        await this.#copy(target, pages, pageSize, frames, context);
      } catch (error) {
        if (!(error instanceof LogRestarted)) throw error;
        // Only a log that no reader needs begins anew, and then all of it is in the database.
        await this.#copy(target, pages, pageSize, null, context);
      }
    } finally {
      closeSync(target);
    }
    return pages;
  }

  /**
   * Reads some pages; missing ones are zeros.
   * @throws SnapkeepError as {@link copyTo}
   */
  read(numbers: readonly number[]): Buffer[] {
    const frames = this.#begin();
    try {
      return numbers.map((page) => this.#readPage(page, frames));
    } catch (error) {
      if (!(error instanceof LogRestarted)) throw error;
      return numbers.map((page) => this.#readPage(page, null));
    }
  }

  #readPage(page: number, frames: CommittedFrames | null): Buffer {
    const pageSize = Number(this.#database.pragma('page_size', { simple: true }));
    const content = Buffer.alloc(pageSize);
    if (frames?.has(page)) frames.readPage(page, content);
    else this.#read(content, (page - 1) * pageSize);
    return content;
  }

  close(): void {
    closeSync(this.#file);
    if (this.#log === null) return;
    closeSync(this.#log.frames);
    closeSync(this.#log.index);
  }

  /**
   * Begins a read transaction, and finds the commit that it sees: the newest one, when the index of the log said the
   * same before and after.
   */
  #begin(): CommittedFrames | null {
    for (let attempt = 0; attempt < BEGIN_TRIES; attempt++) {
      const before = this.#log && readLogState(this.#log.index);
      this.#database.exec('BEGIN');
      this.#database.prepare('SELECT count(*) FROM sqlite_schema').get();
      if (this.#log === null) return null;
      const after = readLogState(this.#log.index);
      if (before != null && after?.header.equals(before.header)) return this.#framesOf(this.#log.frames, after);
      this.#database.exec('COMMIT');
    }
    throw new SnapkeepError('BUSY', `${this.#database.name} is being written to continuously.`, {
      hint: 'Try again when there are fewer writes.',
    });
  }

  #framesOf(descriptor: number, state: NonNullable<ReturnType<typeof readLogState>>): CommittedFrames | null {
    const pageSize = Number(this.#database.pragma('page_size', { simple: true }));
    try {
      return new CommittedFrames(descriptor, pageSize, state);
    } catch (error) {
      if (error instanceof LogRestarted) return null;
      const reason = error instanceof Error ? error.message : String(error);
      throw new SnapkeepError('CORRUPT', `The write-ahead log of ${this.#database.name} is damaged. ${reason}`, {
        hint: 'Open the database with its own program, which recovers the intact part, and back up again.',
        cause: error,
      });
    }
  }

  async #copy(
    target: number,
    pages: number,
    pageSize: number,
    frames: CommittedFrames | null,
    context: TaskContext,
  ): Promise<void> {
    const step = Math.max(1, Math.floor(STEP_BYTES / pageSize));
    const lockPage = LOCK_BYTE / pageSize + 1;
    const buffer = Buffer.alloc(step * pageSize);
    for (let first = 1; first <= pages; first += step) {
      context.throwIfCancelled();
      const count = Math.min(step, pages - first + 1);
      const chunk = buffer.subarray(0, count * pageSize).fill(0);
      if (first <= lockPage && lockPage < first + count) {
        this.#read(chunk.subarray(0, (lockPage - first) * pageSize), (first - 1) * pageSize);
        this.#read(chunk.subarray((lockPage - first + 1) * pageSize), lockPage * pageSize);
      } else this.#read(chunk, (first - 1) * pageSize);
      for (let page = first; page < first + count; page++)
        if (frames?.has(page)) frames.readPage(page, chunk.subarray((page - first) * pageSize));
      write(target, chunk, (first - 1) * pageSize);
      context.progress('copying', (first + count - 1) * pageSize, pages * pageSize);
      await nextTurn();
    }
  }

  /** What lies beyond the end of the file is in the log, or was never written. */
  #read(into: Buffer, position: number): void {
    for (let done = 0; done < into.length; ) {
      const read = readSync(this.#file, into, done, into.length - done, position + done);
      if (read === 0) return;
      done += read;
    }
  }
}

function write(target: number, bytes: Buffer, position: number): void {
  for (let done = 0; done < bytes.length; )
    done += writeSync(target, bytes, done, bytes.length - done, position + done);
}
