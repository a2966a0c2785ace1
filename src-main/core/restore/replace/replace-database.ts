import type { Manifest } from '../../../../src-shared/model/manifest.ts';
import type { DatabaseMark, PageSample } from '../../../../src-shared/model/restore/replacement.ts';
import type { RestoreMethod } from '../../../../src-shared/model/restore/restore.ts';
import type { TableRows } from '../../../../src-shared/model/values.ts';
import { identityOf } from '../../engine/attached-files/folder/folder-swap.ts';
import { explainError } from '../../engine/engine-errors.ts';
import { isTaken, partialPath } from '../../engine/files/durable-files.ts';
import type { RemovedRights } from '../../engine/files/file-rights.ts';
import type { TaskContext } from '../../engine/task-context.ts';
import { confirmContent } from '../../verify/confirm-content.ts';
import { chooseMethod, type Target } from '../check/target.ts';
import { samplePages } from '../interrupted/page-samples.ts';
import { discardSafety, keepFiles, keepHeld, keepPages, type SafetyRequest } from '../undo/safety-snapshot.ts';
import { afterwards, createDatabaseFile, exchangeDatabaseFile, type NewFile } from './restore-by-file.ts';
import { makeDurable, writeIntoLive } from './restore-into-live.ts';
import { TargetWatch } from './target-watch.ts';

/** What is to stand at the target. */
export interface NewContent {
  imagePath: string;
  imageBytes: number;
  /** 0: not known. */
  pageSize: number;
  pageCount: number;
  encrypted: boolean;
  /** `null`: not known, and nothing is said of it. */
  tables: readonly TableRows[] | null;
  /** The kept file whose log and journal go with it; `null`: it has none. */
  sidecarsOf: string | null;
  /** Of the file that was there and comes back where nothing is now; `null`: it is a new one. */
  rights: RemovedRights | null;
  /** That a new one had where it came from; `null`: not known. */
  mode: number | null;
}

/** A replacement of a database. */
export interface ReplaceRequest extends SafetyRequest {
  /** How long another program's write lock is waited for, in milliseconds. */
  lockWaitMs: number;
}

/** What is about to be replaced. */
export interface NotedDatabase {
  /** What Undo would put back; `null`: there is nothing yet. */
  safety: Manifest | null;
  mark: DatabaseMark;
}

/**
 * Takes note of a database. Called right before the content is replaced, with nothing that could still be lost; with
 * `null` when then nothing was replaced after all.
 */
export type NoteDatabase = (database: NotedDatabase | null) => Promise<void>;

/** What a restore has done. */
export interface AppliedRestore {
  method: RestoreMethod;
  tables: number;
  rows: number;
  /** The snapshot of what was there before; `null` where nothing was. */
  safety: Manifest | null;
  note: string | null;
}

/** How often the content is kept anew because another program has committed meanwhile, before others have to wait. */
const OPEN_TRIES = 3;

/**
 * Replaces the content of a database and keeps what was there: every commit of another program is in what was kept, or
 * comes after the replacement.
 *
 * Once the content has been replaced, nothing fails any more: what goes wrong then is told in `note`.
 * @throws SnapkeepError `LOCKED` or `BUSY` when another program keeps the database; nothing has been replaced then
 */
export async function replaceDatabase(
  request: ReplaceRequest,
  target: Target,
  content: NewContent,
  noteDatabase: NoteDatabase,
  context: TaskContext,
): Promise<AppliedRestore> {
  const { targetPath } = request;
  const method = chooseMethod(target, content);
  const keeper = new Keeper(request, noteDatabase);
  const file: NewFile = { ...content, targetPath, runId: request.runId };
  let late: string | null = null;
  try {
    if (method === 'create') {
      context.progress('replacing', 0, content.imageBytes);
      const noteFile = async (): Promise<void> => keeper.note(await fileMark(method, file));
      late = await createDatabaseFile(file, noteFile, context);
    } else if (method === 'replace-file') {
      const readable = target.facts === undefined ? null : { unlocking: target.unlocking };
      const keep = async (held: Parameters<Parameters<typeof exchangeDatabaseFile>[2]>[0]): Promise<void> => {
        await keeper.keep(() =>
          held === null ? keepFiles(request, context) : keepHeld(request, held, target.unlocking, context),
        );
        await keeper.note(await fileMark(method, file));
        context.progress('replacing', 0, content.imageBytes);
      };
      late = await exchangeDatabaseFile(file, readable, keep, context);
    } else {
      await replaceLive(request, content, keeper, context);
      late = await afterwards(targetPath, () => makeDurable(targetPath, context), context);
    }
  } catch (error) {
    await keeper.giveUp();
    throw explainError(error, targetPath);
  }
  context.log('info', `${targetPath} was ${HOW[method]}.`);
  const found = await confirmContent(targetPath, content.tables, context);
  const note = [late, found.note].filter((each) => each !== null).join(' ');
  return { method, safety: keeper.safety, ...found, note: note === '' ? null : note };
}

const HOW: Record<RestoreMethod, string> = {
  'into-live': 'replaced through SQLite in one transaction',
  'replace-file': 'replaced by renaming',
  create: 'created',
};

/** Says that the content was kept too early. */
class ChangedMeanwhile extends Error {}

async function replaceLive(
  request: ReplaceRequest,
  content: NewContent,
  keeper: Keeper,
  context: TaskContext,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await tryLive(request, content, keeper, attempt > OPEN_TRIES, context);
      return;
    } catch (error) {
      if (!(error instanceof ChangedMeanwhile)) throw error;
      context.log('info', 'Another program has committed in the meantime; taking the safety snapshot again.');
    }
  }
}

/** @param locked the content is kept while its write lock is held, so that other programs wait */
async function tryLive(
  request: ReplaceRequest,
  content: NewContent,
  keeper: Keeper,
  locked: boolean,
  context: TaskContext,
): Promise<void> {
  const watch = new TargetWatch(request.targetPath);
  const { journalMode } = watch;
  let samples: PageSample[] = [];
  const look = (keptPath: string): void => {
    samples = samplePages(keptPath, content.imagePath, content.pageSize);
  };
  let replaced = false;
  try {
    if (!locked) await keeper.keep(() => keepPages(request, context, look));
    context.throwIfCancelled();
    context.progress('replacing', 0, content.imageBytes);
    const onLocked = async (): Promise<void> => {
      if (locked) {
        context.log('warning', 'Other programs keep writing: they wait until the safety snapshot is taken.');
        await keeper.keep(() =>
          journalMode === 'wal' ? keepPages(request, context, look) : keepHeld(request, watch, null, context, look),
        );
      } else if (watch.hasChanged()) throw new ChangedMeanwhile();
      await keeper.note({
        method: 'into-live',
        targetPath: request.targetPath,
        schemaVersion: watch.schemaVersion(),
        samples,
      });
    };
    const target = { path: request.targetPath, journalMode, lockWaitMs: request.lockWaitMs, onLocked };
    await writeIntoLive(content.imagePath, target, context);
    replaced = true;
  } catch (error) {
    // A write that failed in its last moment may have been done: then what was kept stays, and Undo with it.
    if (keeper.isNoted && mayHaveChanged(watch)) keeper.hold();
    throw error;
  } finally {
    if (!replaced) await keeper.giveUp();
    watch.close();
  }
}

async function fileMark(method: 'replace-file' | 'create', { targetPath, runId }: NewFile): Promise<DatabaseMark> {
  const stagedPath = partialPath(targetPath, runId);
  const previous = (await isTaken(targetPath)) ? await identityOf(targetPath) : null;
  return { method, targetPath, stagedPath, arriving: await identityOf(stagedPath), previous };
}

function mayHaveChanged(watch: TargetWatch): boolean {
  try {
    return watch.hasChanged();
  } catch {
    return true;
  }
}

/** Holds the safety snapshot of one replacement and sees to it that it is known exactly when it may be needed. */
class Keeper {
  readonly #request: SafetyRequest;
  readonly #note: NoteDatabase;
  #safety: Manifest | null = null;
  #noted = false;
  #held = false;

  constructor(request: SafetyRequest, note: NoteDatabase) {
    this.#request = request;
    this.#note = note;
  }

  get safety(): Manifest | null {
    return this.#safety;
  }

  get isNoted(): boolean {
    return this.#noted;
  }

  async keep(take: () => Promise<Manifest>): Promise<void> {
    this.#safety = await take();
  }

  async note(mark: DatabaseMark): Promise<void> {
    this.#noted = true;
    await this.#note({ safety: this.#safety, mark });
  }

  /** It may be needed whatever comes. */
  hold(): void {
    this.#held = true;
  }

  /** Nothing was replaced. */
  async giveUp(): Promise<void> {
    if (this.#held) return;
    if (this.#noted) await this.#note(null);
    this.#noted = false;
    if (this.#safety === null) return;
    const { name } = this.#safety;
    this.#safety = null;
    await discardSafety(this.#request.safetyFolder, name);
  }
}
