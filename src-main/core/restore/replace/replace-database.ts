import type { Manifest } from '../../../../src-shared/model/manifest.ts';
import type { DatabaseMark, PageSample } from '../../../../src-shared/model/restore/replacement.ts';
import type { RestoreMethod } from '../../../../src-shared/model/restore/restore.ts';
import type { TableRows } from '../../../../src-shared/model/values.ts';
import { identityOf } from '../../engine/attached-files/folder/folder-swap.ts';
import { explainError } from '../../engine/engine-errors.ts';
import { isTaken, partialPath } from '../../engine/files/durable-files.ts';
import type { RemovedRights } from '../../engine/files/file-rights.ts';
import { stateAfterChange } from '../../engine/files/file-state.ts';
import type { TaskContext } from '../../engine/task-context.ts';
import { confirmContent } from '../../verify/confirm-content.ts';
import { chooseMethod, type Target } from '../check/inspect-target.ts';
import { samplePages } from '../interrupted/page-samples.ts';
import { keepFiles, keepHeld, keepPages, type SafetyRequest } from '../undo/safety-snapshot.ts';
import type { ExclusiveHold } from './exclusive-hold.ts';
import { Keeper, type NoteDatabase } from './keeper.ts';
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
  /** The state of the file when it was checked and nothing was found; `null`: it was not, or is to be told again. */
  checkedAs: string | null;
  /** Whether the review said which rows break a rule and what SQLite cannot check. */
  reviewed: boolean;
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

/** What a restore has done. */
export interface AppliedRestore {
  method: RestoreMethod;
  tables: number;
  rows: number;
  /** The snapshot of what was there before; `null` where nothing was. */
  safety: Manifest | null;
  note: string | null;
  /** See `databaseState`; `null`: unknown. */
  stateAfter: string | null;
}

/** How often the content is kept anew because another program has committed meanwhile, before others have to wait. */
const OPEN_TRIES = 3;

/**
 * Replaces the content of a database and keeps what was there: every commit of another program is in what was kept, or
 * comes after the replacement.
 *
 * Once the content has been replaced, nothing fails any more: later problems are reported in `note`.
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
      const keep = async (hold: ExclusiveHold | null): Promise<void> => {
        await keeper.keep(() =>
          hold === null ? keepFiles(request, context) : keepHeld(request, hold, target.unlocking, context),
        );
        await keeper.note(await fileMark(method, file));
        context.progress('replacing', 0, content.imageBytes);
      };
      late = await exchangeDatabaseFile(file, readable, { keep, noteLeftWal: keeper.noteLeftWal }, context);
    } else {
      await replaceLive(request, content, keeper, context);
      late = await afterwards(targetPath, () => makeDurable(targetPath, context), context);
    }
  } catch (error) {
    await keeper.giveUp();
    throw explainError(error, targetPath);
  }
  context.log('info', `${targetPath} was ${HOW[method]}.`);
  const stateAfter = await stateAfterChange(targetPath);
  const found = await confirmContent(targetPath, content, context);
  const note = [late, found.note].filter((each) => each !== null).join(' ');
  return { method, safety: keeper.safety, ...found, note: note === '' ? null : note, stateAfter };
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
  const onImage = (keptPath: string): void => {
    samples = samplePages(keptPath, content.imagePath, content.pageSize);
  };
  let replaced = false;
  try {
    if (!locked) await keeper.keep(() => keepPages(request, context, onImage));
    context.throwIfCancelled();
    context.progress('replacing', 0, content.imageBytes);
    const onLocked = async (): Promise<void> => {
      if (locked) {
        context.log('warning', 'Other programs keep writing: they wait until the safety snapshot is taken.');
        await keeper.keep(() =>
          journalMode === 'wal'
            ? keepPages(request, context, onImage)
            : keepHeld(request, watch, null, context, onImage),
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
