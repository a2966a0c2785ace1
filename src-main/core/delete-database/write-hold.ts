import type { Manifest } from '../../../src-shared/model/manifest.ts';
import { type OpenSource, openSource } from '../engine/sqlite/copy-image.ts';
import type { Unlocking } from '../engine/sqlite/database-key.ts';
import { type Database, openDatabase } from '../engine/sqlite/open-database.ts';
import { type Lockable, unlessBusy, whenFree } from '../engine/sqlite/when-free.ts';
import type { TaskContext } from '../engine/task-context.ts';
import { keepOpened, type SafetyRequest } from '../restore/undo/safety-snapshot.ts';

/** A database that other programs have open: as long as it is held, they read it and none of them commits. */
export class WriteHold {
  readonly #live: Database;
  readonly #source: OpenSource;
  #open = true;

  private constructor(live: Database, source: OpenSource) {
    this.#live = live;
    this.#source = source;
  }

  /** @throws SnapkeepError `LOCKED` when another program's write lock is not given free in time */
  static async on(target: Lockable, unlocking: Unlocking | null, context: TaskContext): Promise<WriteHold> {
    const live = openDatabase(target.path, { mustExist: true, unlocking, lockWaitMs: 0 });
    try {
      await whenFree(target, context, () => unlessBusy(() => live.exec('BEGIN IMMEDIATE')));
      return new WriteHold(live, await openSource(target.path, context));
    } catch (error) {
      live.close();
      throw error;
    }
  }

  /** Keeps the content, which stays as it is until the hold ends. */
  keep(request: SafetyRequest, context: TaskContext): Promise<Manifest> {
    return keepOpened(request, this.#source, context);
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#live.close();
    // Last: closing a descriptor frees every lock of the process on its file.
    this.#source[Symbol.dispose]();
  }
}
