import type { Manifest } from '../../src-shared/model/manifest.ts';
import { backUp } from '../core/backup/take-and-verify.ts';
import { exportSnapshot } from '../core/backup/write-export.ts';
import { browseFiles } from '../core/browse/browse-files.ts';
import { openCopy } from '../core/browse/open-copy.ts';
import { saveImage } from '../core/browse/save-image.ts';
import { copyCatalogFile } from '../core/catalog/copy-catalog-file.ts';
import { replicateAttachedFile } from '../core/copies/replicate-attached-file.ts';
import { checkDatabaseDeletion, deleteDatabase } from '../core/delete-database/delete-database.ts';
import { explainError } from '../core/engine/engine-errors.ts';
import { captureHistory } from '../core/engine/history/capture-history.ts';
import { mergeHistory } from '../core/engine/history/merge-history.ts';
import { rebuildPoint } from '../core/engine/history/rebuild-point.ts';
import { identifyStored } from '../core/engine/identify/identify-stored.ts';
import { copyTogether } from '../core/engine/sqlite/copy-together.ts';
import { describeSource } from '../core/engine/sqlite/describe-source.ts';
import { tryKeys } from '../core/engine/sqlite/try-keys.ts';
import { cancelledError, type TaskContext } from '../core/engine/task-context.ts';
import { findDatabases } from '../core/find-databases/find-databases.ts';
import { searchImage } from '../core/find-rows/search-image.ts';
import { examineFile } from '../core/import/examine-file.ts';
import { judgePacked } from '../core/import/judge-backup.ts';
import { checkPutBack } from '../core/put-back/check-put-back.ts';
import { putBackRows } from '../core/put-back/put-back-rows.ts';
import { checkRestore } from '../core/restore/check/check-restore.ts';
import { resolveReplacement } from '../core/restore/interrupted/resolve-replacement.ts';
import type { NoteDatabase } from '../core/restore/replace/keeper.ts';
import { checkFiles } from '../core/restore/replace/restore-attached-files.ts';
import { restoreParts, undoParts } from '../core/restore/restore-parts.ts';
import type { Kept, WorkerMessage, WorkerOrder } from '../core/runs/worker-protocol.ts';
import { testRestore } from '../core/verify/perform-restore-test.ts';
import { verifyAttachedFiles } from '../core/verify/verify-attached-files.ts';
import { verifyFile } from '../core/verify/verify-file.ts';
import type { WorkerTaskName, WorkerTasks } from '../core/worker-tasks.ts';
import { type ViewOrder, ViewPerformer } from './view-performer.ts';

/** The order to do a task. */
export type Start = Extract<WorkerOrder, { type: 'start' }>;

/** Between two reports of progress, in milliseconds; more would only fill the pipe. */
const PROGRESS_EVERY = 100;

type Tasks = {
  [T in WorkerTaskName]: (
    request: WorkerTasks[T]['request'],
    context: TaskContext,
  ) => Promise<WorkerTasks[T]['result']>;
};

/** A context whose clock is ahead of the system's. */
const ahead = (context: TaskContext, ms: number): TaskContext => ({
  ...context,
  now: () => new Date(Date.now() + ms),
});

/** What a task tells the core of and waits until the core has taken note. */
interface Told {
  kept(kept: Kept): Promise<void>;
  stored(manifest: Manifest): Promise<void>;
  /** Nobody has to take note of this one. */
  sql(piece: string): void;
}

const noteDatabaseOf =
  (tell: Told): NoteDatabase =>
  ({ mark, ...noted }) =>
    tell.kept({ ...noted, database: mark, files: [], complete: false });

const tasksWith = (tell: Told): Tasks => ({
  identify: identifyStored,
  judge: async (samples) => samples.map(judgePacked),
  describe: describeSource,
  'try-keys': tryKeys,
  backup: ({ clockAheadMs, ...request }, context) => backUp(request, ahead(context, clockAheadMs), tell.stored),
  'copy-together': ({ clockAheadMs, ...request }, context) => copyTogether(request, ahead(context, clockAheadMs)),
  'copy-catalog': copyCatalogFile,
  'capture-history': ({ clockAheadMs, ...request }, context) => captureHistory(request, ahead(context, clockAheadMs)),
  'merge-history': mergeHistory,
  'rebuild-point': rebuildPoint,
  export: exportSnapshot,
  verify: async ({ mayStayEncrypted, ...file }, context) =>
    verifyAttachedFiles(file, await verifyFile(file, context, mayStayEncrypted), mayStayEncrypted, context),
  restoreTest: testRestore,
  examine: examineFile,
  'restore-check': checkRestore,
  restore: (request, context) => restoreParts(request, context, tell.kept),
  undo: (request, context) => undoParts(request, context, tell.kept),
  'resolve-replacement': resolveReplacement,
  'database-deletion-check': checkDatabaseDeletion,
  databaseDeletion: (request, context) => deleteDatabase(request, context, noteDatabaseOf(tell)),
  'put-back-check': (request, context) => checkPutBack(request, context, tell.sql),
  putBackRows: (request, context) => putBackRows(request, context, noteDatabaseOf(tell)),
  'replicate-attached-file': replicateAttachedFile,
  find: (request, context) => findDatabases(request, context),
  'browse-files': browseFiles,
  'find-rows': searchImage,
  'open-copy': openCopy,
  'save-image': saveImage,
  'files-check': checkFiles,
});

/** Does one task as a core orders it, or answers questions about images, and tells the core what comes of it. */
export class TaskPerformer {
  readonly #tell: (message: WorkerMessage) => void;
  readonly #begin: (start: Start | ViewOrder) => void;
  #view: ViewPerformer | null = null;
  readonly #cancelled = new AbortController();
  /** Resolved when the core has taken note of what it was told last, or will not. */
  #taken = Promise.withResolvers<void>();

  readonly #checkerFile: string;

  /**
   * @param begin called before the task is done; what it throws is what the task fails with
   * @param checkerFile the program of the thread that checks an image
   */
  constructor(tell: (message: WorkerMessage) => void, begin: (start: Start | ViewOrder) => void, checkerFile: string) {
    this.#tell = tell;
    this.#begin = begin;
    this.#checkerFile = checkerFile;
    // Where nobody waits for it, nobody has to be told that it was cancelled.
    this.#taken.promise.catch(() => undefined);
  }

  take(order: WorkerOrder): void {
    if (order.type === 'start') void this.#work(order);
    else if (order.type === 'view') this.#openView(order);
    else if (order.type === 'ask') void this.#view?.answer(order);
    else if (order.type === 'taken') this.#taken.resolve();
    else {
      this.#cancelled.abort();
      this.#taken.reject(cancelledError());
    }
  }

  #openView(order: ViewOrder): void {
    this.#begin(order);
    this.#view = new ViewPerformer(this.#tell, order);
  }

  /** Whoever gets the answer ends this process. */
  async #work(start: Start): Promise<void> {
    const tasks = tasksWith({
      // Nothing is replaced before the core has taken note of what Undo would put back.
      kept: (kept) => this.#tellAndWait({ type: 'kept', kept }),
      stored: (manifest) => this.#tellAndWait({ type: 'stored', manifest }),
      sql: (piece) => this.#tell({ type: 'sql', piece }),
    });
    const task = tasks[start.task] as (request: unknown, context: TaskContext) => Promise<unknown>;
    try {
      this.#begin(start);
      this.#tell({ type: 'finished', result: await task(start.request, this.#contextOf(start)) });
    } catch (error) {
      this.#tell({ type: 'failed', error: explainError(error, 'the database').toBody() });
    }
  }

  async #tellAndWait(message: WorkerMessage): Promise<void> {
    this.#taken = Promise.withResolvers<void>();
    this.#tell(message);
    await this.#taken.promise;
  }

  #contextOf(start: Start): TaskContext {
    let lastPhase = '';
    let lastTold = 0;
    return {
      stagingFolder: start.stagingFolder,
      keys: start.keys,
      opened: [],
      encryptionSecrets: start.encryptionSecrets,
      decrypted: ({ fingerprint }) => this.#tell({ type: 'decrypted', fingerprint }),
      throwIfCancelled: () => {
        if (this.#cancelled.signal.aborted) throw cancelledError();
      },
      progress: (phase, done, total) => {
        const now = performance.now();
        if (phase === lastPhase && done !== total && now - lastTold < PROGRESS_EVERY) return;
        lastPhase = phase;
        lastTold = now;
        this.#tell({ type: 'progress', phase, done, total });
      },
      watchFile: (phase, path, total) => this.#tell({ type: 'watch', phase, path, total }),
      log: (level, message) => this.#tell({ type: 'log', level, message }),
      now: () => new Date(),
      checkerFile: this.#checkerFile,
    };
  }
}
