import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import { identityOf } from '../engine/attached-files/folder/folder-swap.ts';
import { errorCode, explainError } from '../engine/engine-errors.ts';
import { stateAfterChange } from '../engine/files/file-state.ts';
import type { PutBackPlan } from '../engine/put-back/plan-rows.ts';
import { sampleRows } from '../engine/put-back/row-samples.ts';
import { beginPutBack, UnexpectedChange, type WrittenRows, writeRows } from '../engine/put-back/write-rows.ts';
import { openSource } from '../engine/sqlite/copy-image.ts';
import { type Database, openDatabase, openForReading } from '../engine/sqlite/open-database.ts';
import { unlessBusy, whenFree } from '../engine/sqlite/when-free.ts';
import type { TaskContext } from '../engine/task-context.ts';
import { requireOwnLog } from '../restore/check/inspect-target.ts';
import { Keeper, type NoteDatabase } from '../restore/replace/keeper.ts';
import type { ReplaceRequest } from '../restore/replace/replace-database.ts';
import { keepOpened } from '../restore/undo/safety-snapshot.ts';
import { confirmationOfPlan, openImage, type PutBackRequest, planIn } from './check-put-back.ts';

/** Rows that are put back after their preview. */
export interface ConfirmedPutBack extends ReplaceRequest, PutBackRequest {
  confirmation: string;
  /** What the preview came to. */
  written: WrittenRows;
}

/** What was put back. */
export interface AppliedPutBack {
  safety: Manifest | null;
  changes: number;
  /** See `databaseState`; `null`: unknown. */
  stateAfter: string | null;
}

/** How often the content is kept anew because another program has committed meanwhile, before others have to wait. */
const OPEN_TRIES = 3;

/**
 * Puts rows back in one transaction, while other programs go on with the database; its content is kept first, with every
 * commit before that transaction.
 * @throws SnapkeepError `CONFLICT` when it would do anything else than the preview said, `LOCKED`; nothing was changed then
 */
export async function putBackRows(
  request: ConfirmedPutBack,
  context: TaskContext,
  note: NoteDatabase,
): Promise<AppliedPutBack> {
  const { targetPath } = request;
  const keeper = new Keeper(request, note);
  try {
    await requireOwnLog(targetPath);
    for (let attempt = 1; ; attempt++) {
      const changes = await tryPutBack(request, keeper, attempt > OPEN_TRIES, context);
      if (changes !== null) return { safety: keeper.safety, changes, stateAfter: await stateAfterChange(targetPath) };
      context.log('info', 'Another program has committed in the meantime; taking the safety snapshot again.');
      await keeper.giveUp();
    }
  } catch (error) {
    await keeper.giveUp();
    throw isOtherwise(error) ? changedSincePreview(targetPath, error) : explainError(error, targetPath);
  }
}

/**
 * @param locked the content is kept while its write lock is held, so that other programs wait
 * @returns how many rows were changed; `null`: another program has committed since the content was kept
 */
async function tryPutBack(
  request: ConfirmedPutBack,
  keeper: Keeper,
  locked: boolean,
  context: TaskContext,
): Promise<number | null> {
  const { targetPath } = request;
  const reading = await openForReading(targetPath, context);
  reading.database.close();
  const live = openDatabase(targetPath, { mustExist: true, unlocking: reading.unlocking, lockWaitMs: 0 });
  let kept: Awaited<ReturnType<typeof openSource>> | undefined;
  try {
    const version = dataVersion(live);
    if (locked) {
      context.log('warning', 'Other programs keep writing: they wait until the safety snapshot is taken.');
      await begin(live, request, context);
    }
    const source = await openSource(targetPath, context);
    kept = source;
    await keeper.keep(() => keepOpened(request, source, context));
    context.throwIfCancelled();
    if (!locked) await begin(live, request, context);
    if (dataVersion(live) !== version) return null;
    return await writeAndCommit(live, request, keeper, context);
  } finally {
    if (live.inTransaction) live.exec('ROLLBACK');
    live.close();
    // Last: closing a descriptor frees every lock of the process on its file.
    kept?.[Symbol.dispose]();
  }
}

/** Changes when another connection commits. */
const dataVersion = (live: Database): number => Number(live.pragma('data_version', { simple: true }));

function begin(live: Database, { targetPath, lockWaitMs }: ConfirmedPutBack, context: TaskContext): Promise<void> {
  return whenFree({ path: targetPath, lockWaitMs }, context, () => unlessBusy(() => beginPutBack(live)));
}

/** Writes with the lock held what the preview said, and nothing else. */
async function writeAndCommit(
  live: Database,
  request: ConfirmedPutBack,
  keeper: Keeper,
  context: TaskContext,
): Promise<number> {
  const { targetPath, imagePath, order, written, lockWaitMs } = request;
  using source = await openImage(imagePath, context);
  const plan = planIn(source, live, order, context);
  requireConfirmed(request, await identityOf(targetPath), live, plan);
  const missing = sampleRows(live, plan);
  context.progress('replacing', 0, null);
  const done = writeRows(live, plan, (row, total) => {
    context.throwIfCancelled();
    context.progress('replacing', row, total);
  });
  if (JSON.stringify(done) !== JSON.stringify(written)) throw new UnexpectedChange(`It changed ${done.changes} rows.`);
  await keeper.note({ method: 'rows', targetPath, samples: missing.marks() });
  try {
    await whenFree({ path: targetPath, lockWaitMs }, context, () => unlessBusy(() => live.exec('COMMIT')));
  } catch (error) {
    // Where SQLite has ended the transaction by itself, it may have been committed: then what was kept stays.
    if (!live.inTransaction && !isOtherwise(error)) keeper.hold();
    throw error;
  }
  context.log('info', `Changed ${done.changes} rows of ${targetPath} in one transaction.`);
  return done.changes;
}

/** @throws UnexpectedChange */
function requireConfirmed(
  { targetPath, confirmation }: ConfirmedPutBack,
  identity: string,
  live: Database,
  plan: PutBackPlan,
): void {
  if (plan.problems.length === 0 && confirmationOfPlan(targetPath, identity, live, plan) === confirmation) return;
  throw new UnexpectedChange('The plan is another one.');
}

/** What only happens where the database is no longer what the preview has seen. */
const isOtherwise = (error: unknown): boolean =>
  error instanceof UnexpectedChange || /^SQLITE_(?:CONSTRAINT|ERROR)/.test(errorCode(error) ?? '');

const changedSincePreview = (path: string, cause: unknown): SnapkeepError =>
  new SnapkeepError('CONFLICT', `${path} has changed since the preview.`, {
    hint: 'Nothing was changed. Review the rows again.',
    cause,
  });
