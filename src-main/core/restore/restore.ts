import { basename, dirname } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { UndoPreview } from '../../../src-shared/model/restore/restore.ts';
import { RestoredFiles } from '../../../src-shared/model/restore/restore-files.ts';
import {
  canBePutBack,
  REPLACING_KINDS,
  type RestoreOutcome,
  type Run,
  type RunResult,
} from '../../../src-shared/model/run.ts';
import type { Snapshot } from '../../../src-shared/model/snapshot.ts';
import type { CoreContext } from '../core-context.ts';
import { explainError } from '../engine/engine-errors.ts';
import { databaseState } from '../engine/files/file-state.ts';
import { withLateFailure } from '../runs/interruption.ts';
import type { RunHandle } from '../runs/run-work.ts';
import { recordVerification } from '../verify/start-verification.ts';
import type { WaitingRestore } from './check/prepared-restores.ts';
import { planOf } from './check/refuse-target.ts';
import { markUndone } from './interrupted/resolve-run.ts';
import { replacing, safetyRequest } from './replace/replace-in-worker.ts';
import type { AppliedParts } from './restore-parts.ts';

/** A check that a person has confirmed. */
export interface ConfirmedCheck {
  checkRunId: string;
  confirmation: string;
}

type WaitingDatabase = Extract<WaitingRestore, { what: 'database' }>;
type WaitingFiles = Extract<WaitingRestore, { what: 'files' }>;

/**
 * Queues a restore that has been checked: of a database, of files, or of both together.
 * @param force also what is newer than the database or the program that will open it, far larger than its file, or in need of repair
 * @throws SnapkeepError `CONFLICT` when it must be looked at again, `TOO_NEW`
 */
export function startRestore(core: CoreContext, checks: readonly ConfirmedCheck[], force: boolean): Run {
  const waiting = checks.map(({ checkRunId, confirmation }) => core.prepared.confirm(checkRunId, confirmation));
  const database = waiting.find((each): each is WaitingDatabase => each.what === 'database') ?? null;
  const files = waiting.find((each): each is WaitingFiles => each.what === 'files') ?? null;
  if (waiting.length !== [database, files].filter((each) => each !== null).length) {
    throw new SnapkeepError('INVALID_PARAMS', 'A restore accepts at most one review of a database and one of files.', {
      hint: 'Nothing was changed. Start them one after the other.',
    });
  }
  if (database !== null) requireForce(database, force);
  const targetPath = database?.prepared.check.target.path ?? null;
  const filePaths = files?.files.targets.map((target) => target.targetPath) ?? [];
  const used = usedBy(core, targetPath, filePaths);
  const run = core.runs.start({
    ...aboutRestore(core, database, files),
    kind: 'restore',
    ...used,
    work: async (handle) => {
      await core.cleanUp.resolve(used.locks);
      const request = {
        runId: handle.id,
        database: database && databaseRequest(core, handle, database),
        files: files && { request: files.files.request, confirmation: files.confirmation },
      };
      const keys = core.keys.all(database?.prepared.databaseEncryption);
      const encryptionSecrets = files === null ? [] : core.encryptions.all(files.snapshot.planId);
      const applied = await replacing(core, handle, 'restore', targetPath, request, { keys, encryptionSecrets });
      return afterReplacing(outcome('restore', targetPath, applied, handle), async () => {
        if (database !== null) recordRestored(core, database);
        for (const { checkRunId } of checks) await core.prepared.finish(checkRunId);
      });
    },
  });
  for (const { checkRunId } of checks) {
    core.prepared.hold(checkRunId);
    void core.runs.ended(run.id).then(() => core.prepared.release(checkRunId));
  }
  return run;
}

/** @throws SnapkeepError for what a person has to confirm separately */
function requireForce({ prepared }: WaitingDatabase, force: boolean): void {
  const { guard, expansion, repairs } = prepared.check;
  if (repairs !== null && !force) {
    throw new SnapkeepError('CONFLICT', `The database in ${prepared.check.source.name} needs repair. ${repairs}`, {
      hint: 'Nothing was changed. Restore another snapshot, or confirm to restore this one anyway.',
    });
  }
  if (expansion !== null && !force) {
    throw new SnapkeepError('CONFLICT', `${prepared.check.source.name} unpacks to ${expansion} times its size.`, {
      hint: 'Nothing was changed. Check that you trust the file, then confirm to restore it anyway.',
    });
  }
  if (guard.state !== 'newer' || force) return;
  throw new SnapkeepError('TOO_NEW', guard.message, {
    hint: 'Nothing was changed. Update the program first, or restore an older snapshot. To restore this one anyway, confirm it, or use --force-newer.',
  });
}

function aboutRestore(core: CoreContext, database: WaitingDatabase | null, files: WaitingFiles | null) {
  if (database !== null) {
    const { source, target } = database.prepared.check;
    return { planId: planOf(core, target.path), snapshotId: source.snapshotId, subject: basename(target.path) };
  }
  const { planId, planName, id }: Partial<Snapshot> = files?.snapshot ?? {};
  const subject = files?.files.targets.map(({ targetPath }) => basename(targetPath)).join(', ') ?? '';
  return { planId: planId ?? null, planName: planName ?? null, snapshotId: id ?? null, subject };
}

/** What a restore or its undo works on. */
function usedBy(core: CoreContext, targetPath: string | null, filePaths: readonly string[]) {
  const paths = targetPath === null ? [...filePaths] : [targetPath, ...filePaths];
  const safety = targetPath === null ? [] : [core.dataFolder.safetyFolder];
  return { locks: paths, folders: [...safety, ...new Set(paths.map((path) => dirname(path)))] };
}

function databaseRequest(core: CoreContext, handle: RunHandle, { prepared }: WaitingDatabase) {
  const targetPath = prepared.check.target.path;
  handle.log('info', `Restoring ${prepared.check.source.path} to ${targetPath}.`);
  return { ...safetyRequest(core, handle, targetPath), prepared, lockWaitMs: lockWait(core) };
}

/** Does what follows from content that has been replaced: no failure of it is a failure of the run. */
async function afterReplacing(result: RunResult, work: () => void | Promise<void>): Promise<RunResult> {
  try {
    await work();
    return result;
  } catch (error) {
    const happened = withLateFailure(result, explainError(error, 'what was restored').message);
    if (happened === null) throw error;
    return happened;
  }
}

function recordRestored(core: CoreContext, { prepared, destinationId }: WaitingDatabase): void {
  const { source, target, verification } = prepared.check;
  if (source.snapshotId === null || core.catalog.snapshots.get(source.snapshotId) === undefined) return;
  const at = core.clock.now().toISOString();
  const { repairs } = prepared.check;
  // What needs repair is not verified by having been restored.
  const level = repairs === null ? 'restored' : verification.level;
  const message = [`Restored to ${target.path}.`, repairs].filter((each) => each !== null).join(' ');
  recordVerification(core, source.snapshotId, destinationId, { ...verification, level, at, message });
}

/** What a run replaced, as far as it can be put back. */
interface Undoable {
  database: (RestoreOutcome & { safetySnapshotId: string }) | null;
  files: RestoredFiles[];
}

/**
 * Queues the undoing of a restore, or of a deletion.
 * @param restoreRunId without it, the last one
 * @throws SnapkeepError `NOT_FOUND` when there is nothing to undo, `CONFLICT` when it has been undone, `BUSY` while it
 * still goes on
 */
export function startUndo(core: CoreContext, restoreRunId: string | undefined): Run {
  const restore = restoreRunId === undefined ? lastReplacement(core) : core.runs.get(restoreRunId);
  const { database, files } = undoableOf(restore);
  const kept = database === null ? null : keptContent(core, database.safetySnapshotId);
  const rights = restore.result?.kind === 'databaseDeletion' ? restore.result.rights : null;
  const targetPath = database?.targetPath ?? null;
  const used = usedBy(
    core,
    targetPath,
    files.map((each) => each.targetPath),
  );
  return core.runs.start({
    kind: 'undo',
    planId: targetPath === null ? restore.planId : planOf(core, targetPath),
    planName: restore.planName,
    snapshotId: database?.safetySnapshotId ?? restore.snapshotId,
    subject: restore.subject,
    locks: kept === null ? used.locks : [...used.locks, kept.safetyPath],
    folders: used.folders,
    work: async (handle) => {
      await core.cleanUp.resolve(used.locks);
      // Another undo may have been queued before this one, or an interrupted one is resolved.
      undoableOf(core.runs.get(restore.id));
      const undo = kept &&
        targetPath !== null && {
          ...safetyRequest(core, handle, targetPath),
          ...kept,
          rights,
          lockWaitMs: lockWait(core),
        };
      if (kept !== null) handle.log('info', `Restoring ${kept.safetyPath} to ${targetPath}.`);
      const request = { runId: handle.id, database: undo || null, files };
      const keys = core.keys.all(kept?.safety.databaseEncryption);
      const applied = await replacing(core, handle, 'undo', targetPath, request, { keys, undoes: restore.id });
      return afterReplacing(outcome('undo', targetPath, applied, handle), () =>
        markUndone(core, restore.id, handle.id),
      );
    },
  });
}

/** Says what an undo would replace. @throws SnapkeepError as {@link startUndo} */
export async function previewUndo(core: CoreContext, runId: string): Promise<UndoPreview> {
  const { database } = undoableOf(core.runs.get(runId));
  if (database === null) return { database: null };
  const { targetPath: path, stateAfter } = database;
  try {
    const writtenSince = stateAfter === null ? null : (await databaseState(path)) !== stateAfter;
    return { database: { path, writtenSince } };
  } catch (error) {
    throw explainError(error, path);
  }
}

/** @throws SnapkeepError as {@link startUndo} */
function undoableOf({ result, finishedAt }: Run): Undoable {
  if (finishedAt === null)
    throw new SnapkeepError('BUSY', 'This restore is still running.', { hint: 'Wait until it ends, or cancel it.' });
  if (result === null || !canBePutBack(result) || !('undoneBy' in result)) {
    throw new SnapkeepError('NOT_FOUND', 'This run replaced nothing that can be undone.', {
      hint: 'Choose a restore that replaced something. A restore to a device cannot be undone.',
    });
  }
  if (result.undoneBy !== null)
    throw new SnapkeepError('CONFLICT', 'This restore has already been undone.', {
      hint: 'The undo itself can be undone in Activity.',
    });
  const files = ('files' in result ? result.files : []).filter(({ undoable }) => undoable);
  if (result.kind === 'files-restore') return { database: null, files };
  const { safetySnapshotId } = result;
  return { database: safetySnapshotId === null ? null : { ...result, safetySnapshotId }, files };
}

/** @throws SnapkeepError `NOT_FOUND` when it has been deleted */
function keptContent(core: CoreContext, snapshotId: string) {
  const path = core.catalog.snapshots.get(snapshotId)?.path;
  const safety = core.catalog.snapshots.manifest(snapshotId);
  if (path != null && safety !== undefined) return { safetyPath: path, safety };
  throw new SnapkeepError('NOT_FOUND', 'The safety snapshot of this restore has been deleted.', {
    hint: 'Restore another snapshot instead.',
  });
}

/** The newest run that replaced something. Nobody goes further back without saying so. */
function lastReplacement(core: CoreContext): Run {
  const runs = core.runs.list({ kinds: [...REPLACING_KINDS], limit: 500 });
  const last = runs.find(({ finishedAt, result }) => finishedAt !== null && canBePutBack(result));
  if (last === undefined) {
    throw new SnapkeepError('NOT_FOUND', 'No restore to undo.', {
      hint: 'A restore can be undone when it replaced something.',
    });
  }
  const undone = last.result !== null && 'undoneBy' in last.result && last.result.undoneBy !== null;
  if (last.kind !== 'undo' && !undone) return last;
  throw new SnapkeepError('CONFLICT', `The last restore, to ${last.subject}, has already been undone.`, {
    hint: `To undo an earlier restore, choose it in Activity or give its id. To revert the undo, use ${last.id}.`,
  });
}

function outcome(
  kind: 'restore' | 'undo',
  targetPath: string | null,
  { database, files: applied }: AppliedParts,
  handle: RunHandle,
): RunResult {
  const files = applied.map((each) => RestoredFiles.parse(each));
  for (const each of files)
    if (each.keptPath !== null)
      handle.log('info', `The previous files of ${each.targetPath} are kept in ${each.keptPath}.`);
  if (database === null || targetPath === null) return { kind: 'files-restore', files, undoneBy: null };
  const { safety, ...rest } = database;
  return { kind, targetPath, ...rest, safetySnapshotId: safety?.id ?? null, undoneBy: null, files };
}

const lockWait = (core: CoreContext): number => core.catalog.settings.get().lockWaitSeconds * 1000;
