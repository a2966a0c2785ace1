import { closeSync, openSync } from 'node:fs';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { errorCode } from '../../engine/engine-errors.ts';
import { findFileHolders } from '../../engine/files/file-holders.ts';
import type { Unlocking } from '../../engine/sqlite/database-key.ts';
import { type Database, openDatabase } from '../../engine/sqlite/open-database.ts';
import { copyDescriptor } from './target-watch.ts';

/** Takes note that the database of this path leaves WAL mode, before it does; `null`: it has returned to it. */
export type NoteLeftWal = (path: string | null) => Promise<void>;

/**
 * A database that nobody else reads or writes while its file is exchanged or removed. It has left WAL mode, so its file
 * is all there is of it; a program that opens it meanwhile waits, and its first write to the file that was moved away
 * fails with SQLITE_READONLY_DBMOVED.
 */
export class ExclusiveHold {
  /** The mode it had. */
  readonly journalMode: string;
  readonly #database: Database;
  readonly #descriptor: number;
  readonly #path: string;
  readonly #unlocking: Unlocking | null;
  readonly #note: NoteLeftWal;
  #open = true;

  private constructor(
    path: string,
    unlocking: Unlocking | null,
    note: NoteLeftWal,
    database: Database,
    descriptor: number,
  ) {
    this.#path = path;
    this.#unlocking = unlocking;
    this.#note = note;
    this.#database = database;
    this.#descriptor = descriptor;
    this.journalMode = String(database.pragma('journal_mode', { simple: true }));
  }

  /**
   * @param why no other program may have it open, as the end of a sentence
   * @throws SnapkeepError `BUSY` when the lock cannot be had; nothing has changed then
   */
  static async on(path: string, unlocking: Unlocking | null, why: string, note: NoteLeftWal): Promise<ExclusiveHold> {
    await requireUnused(path, why);
    const descriptor = openSync(path, 'r');
    let database: Database | undefined;
    try {
      database = openDatabase(path, { mustExist: true, unlocking });
      const hold = new ExclusiveHold(path, unlocking, note, database, descriptor);
      await hold.#take();
      return hold;
    } catch (error) {
      database?.close();
      closeSync(descriptor);
      if (!/^SQLITE_(BUSY|LOCKED)/.test(errorCode(error) ?? '')) throw error;
      await requireUnused(path, why);
      throw busy('Another program', path, why);
    }
  }

  async #take(): Promise<void> {
    const wasWal = this.journalMode === 'wal';
    if (wasWal) await this.#note(this.#path);
    try {
      if (wasWal) this.#database.pragma('journal_mode = DELETE');
      this.#database.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      await this.#returnToMode(this.#database);
      throw error;
    }
  }

  /** Copies the file as it is. */
  copyTo(path: string, onProgress: (bytes: number) => void): void {
    copyDescriptor(this.#descriptor, path, onProgress);
  }

  /** Ends the hold on a file that has been moved away or removed. The descriptor goes last: see {@link TargetWatch}. */
  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#database.close();
    closeSync(this.#descriptor);
  }

  /** Ends the hold on a file that stays, and gives it the mode it had. */
  async abandon(): Promise<void> {
    if (this.#open) {
      this.#database.exec('ROLLBACK');
      await this.#returnToMode(this.#database);
      this.close();
      return;
    }
    using database = openDatabase(this.#path, { mustExist: true, unlocking: this.#unlocking });
    await this.#returnToMode(database);
  }

  async #returnToMode(database: Database): Promise<void> {
    if (this.journalMode !== 'wal') return;
    database.pragma('journal_mode = WAL');
    await this.#note(null);
  }
}

/**
 * @param why no other program may have it open, as the end of a sentence
 * @throws SnapkeepError `BUSY`
 */
export async function requireUnused(path: string, why: string): Promise<void> {
  const holders = await findFileHolders(path);
  if (holders.length === 0) return;
  throw busy(holders.map((holder) => `${holder.name} (${holder.pid})`).join(', '), path, why, { holders });
}

export function busy(who: string, path: string, why: string, details: Record<string, unknown> = {}): SnapkeepError {
  return new SnapkeepError('BUSY', `${who} has ${path} open, and ${why}.`, {
    hint: 'Nothing was changed. Close that program and try again.',
    details,
  });
}
