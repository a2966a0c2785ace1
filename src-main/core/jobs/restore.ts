import { rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { MANIFEST_SUFFIX, type Manifest } from '../../../src-shared/model/manifest.ts';
import type { SchemaVersionQuery } from '../../../src-shared/model/plan.ts';
import { type Run, type RunResult, replacesDatabase } from '../../../src-shared/model/run.ts';
import type { CoreContext } from '../core-context.ts';
import type { DatabaseKey } from '../engine/database-key.ts';
import type { AppliedRestore } from '../engine/replace-database.ts';
import { isWithin } from '../paths.ts';
import { keepKey } from './keys.ts';
import { folderDestination, foldersOf } from './places.ts';
import { startFilesUndo } from './restore-files.ts';
import type { RunHandle } from './runs.ts';
import { openersOfFile } from './seals.ts';
import { aboutSource, fetchSource, type ReadSource, recordVerification } from './verify.ts';
import type { WorkerTasks } from './worker-protocol.ts';

/** Queues the look at what a restore would do; the staged image is kept for {@link startRestore}. */
export function startRestoreCheck(
  core: CoreContext,
  source: ReadSource,
  { targetPath, givenPath }: { targetPath: string; givenPath: string },
  key: DatabaseKey | undefined,
  expects: string | null,
): Run {
  const { subject, locks } = aboutSource(source);
  const snapshotId = 'stored' in source ? source.stored.snapshot.id : null;
  refuseTarget(core, locks, targetPath);
  return core.runs.start({
    kind: 'restore-check',
    planId: planOf(core, targetPath),
    snapshotId,
    subject,
    locks: [...locks, targetPath],
    folders: [],
    work: async (handle) => {
      const { path, destinationId, location } = await fetchSource(core, source, handle);
      const request = {
        sourcePath: path,
        snapshotId,
        targetPath,
        givenPath,
        safetyFolder: core.dataFolder.safetyFolder,
        schemaVersion: schemaVersionOf(core, targetPath, snapshotId),
        expects,
      };
      const { sealSecrets, keys: own } = await openersOfFile(core, path, key);
      // The key that was given is for the file; what stands at the target may have any other.
      const keys = [
        ...own,
        ...core.keys.all().filter(({ fingerprint }) => !own.some((key) => key.fingerprint === fingerprint)),
      ];
      const prepared = await core.runInWorker('restore-check', request, { ...handle, keys, sealSecrets });
      keepKey(core, keys, prepared.encryption?.key);
      handle.keepStaging();
      // What was fetched is unpacked now, and people know the snapshot by where it came from.
      await rm(join(handle.stagingFolder, 'fetched'), { recursive: true, force: true });
      const check = { ...prepared.check, source: { ...prepared.check.source, path: location } };
      const { stagingFolder } = handle;
      await core.prepared.keep(handle.id, { prepared: { ...prepared, check }, stagingFolder, destinationId });
      return { kind: 'restore-check', check };
    },
  });
}

/**
 * Queues a restore that has been looked at.
 * @param force also what is newer than the database or the program that will open it
 * @throws SnapkeepError `CONFLICT` when it must be looked at again, `TOO_NEW`
 */
export function startRestore(core: CoreContext, checkRunId: string, confirmation: string, force: boolean): Run {
  const { prepared, destinationId } = core.prepared.confirm(checkRunId, confirmation);
  const { guard } = prepared.check;
  if (guard.state === 'newer' && !force) {
    throw new SnapkeepError('TOO_NEW', guard.message, {
      hint: 'Nothing was changed. Update the program first, or restore an older snapshot; to restore this one all the same, insist on it.',
    });
  }
  const targetPath = prepared.check.target.path;
  const snapshotId = prepared.check.source.snapshotId;
  const run = core.runs.start({
    kind: 'restore',
    planId: planOf(core, targetPath),
    snapshotId,
    subject: basename(targetPath),
    locks: [targetPath],
    folders: [core.dataFolder.safetyFolder, dirname(targetPath)],
    work: async (handle) => {
      handle.log('info', `Restoring ${prepared.check.source.path} to ${targetPath}.`);
      const request = { ...safetyRequest(core, handle, targetPath), prepared, lockWaitMs: lockWait(core) };
      const applied = await replacing(core, handle, 'restore', request, core.keys.all(prepared.encryption));
      if (snapshotId !== null && core.catalog.snapshots.get(snapshotId) !== undefined) {
        const at = core.clock.now().toISOString();
        recordVerification(core, snapshotId, destinationId, {
          ...prepared.check.verification,
          level: 'restored',
          at,
          message: `Restored to ${targetPath}.`,
        });
      }
      await core.prepared.finish(checkRunId);
      return outcome('restore', targetPath, applied);
    },
  });
  core.prepared.hold(checkRunId);
  void core.runs.ended(run.id).then(() => core.prepared.release(checkRunId));
  return run;
}

/**
 * Queues the undoing of a restore.
 * @throws SnapkeepError `NOT_FOUND` when there is nothing to undo, `CONFLICT` when it has been undone, `BUSY` while it
 * still goes on
 */
export function startUndo(core: CoreContext, restoreRunId: string | undefined): Run {
  const restore = restoreRunId === undefined ? newestUndoable(core) : core.runs.get(restoreRunId);
  const { result } = restore;
  if (restore.finishedAt === null)
    throw new SnapkeepError('BUSY', 'This restore has not ended yet.', { hint: 'Wait for it, or cancel it.' });
  if (result?.kind === 'files-restore') return startFilesUndo(core, restore, result);
  if (!replacesDatabase(result) || result.safetySnapshotId === null) {
    throw new SnapkeepError('NOT_FOUND', 'This run replaced nothing that could be put back.', {
      hint: 'Choose a restore that replaced a database.',
    });
  }
  if (result.undoneBy !== null)
    throw new SnapkeepError('CONFLICT', 'This restore has already been undone.', {
      hint: 'The undo itself can be undone in Activity.',
    });
  const safety = core.catalog.snapshots.get(result.safetySnapshotId);
  if (safety === undefined || safety.path === null) {
    throw new SnapkeepError('NOT_FOUND', 'The safety snapshot of this restore has been deleted.', {
      hint: 'Restore another snapshot instead.',
    });
  }
  const { targetPath } = result;
  const safetyPath = safety.path;
  const manifest = core.catalog.snapshots.manifest(safety.id);
  if (manifest === undefined) throw new Error(`No manifest of ${safety.id}.`);
  return core.runs.start({
    kind: 'undo',
    planId: planOf(core, targetPath),
    snapshotId: safety.id,
    subject: basename(targetPath),
    locks: [targetPath, safetyPath],
    folders: [core.dataFolder.safetyFolder, dirname(targetPath)],
    work: async (handle) => {
      handle.log('info', `Putting ${safetyPath} back to ${targetPath}.`);
      const request = {
        ...safetyRequest(core, handle, targetPath),
        safetyPath,
        safety: manifest,
        lockWaitMs: lockWait(core),
      };
      const applied = await replacing(core, handle, 'undo', request, core.keys.all(safety.encryption));
      core.runs.amend(restore.id, { ...result, undoneBy: handle.id });
      return outcome('undo', targetPath, applied);
    },
  });
}

function newestUndoable(core: CoreContext): Run {
  const restores = core.runs.list({ kinds: ['restore', 'reset'], limit: 500 });
  const found = restores.find(
    ({ result, finishedAt }) =>
      finishedAt !== null &&
      ((replacesDatabase(result) && result.safetySnapshotId !== null && result.undoneBy === null) ||
        (result?.kind === 'files-restore' &&
          result.undoneBy === null &&
          result.files.some(({ undoable }) => undoable))),
  );
  if (found !== undefined) return found;
  throw new SnapkeepError('NOT_FOUND', 'There is no restore that could be undone.', {
    hint: 'A restore can be undone when it replaced a database.',
  });
}

/** Restores, undoes or resets in a worker; what Undo would put back is known before anything is replaced: also after a crash. */
export function replacing<T extends 'restore' | 'undo' | 'reset'>(
  core: CoreContext,
  handle: RunHandle,
  kind: T,
  request: WorkerTasks[T]['request'],
  keys: readonly DatabaseKey[],
): Promise<WorkerTasks[T]['result']> {
  const planId = planOf(core, request.targetPath);
  let noted: string | undefined;
  const onSafety = (manifest: Manifest | null): void => {
    if (manifest === null) {
      handle.update({ result: null });
      if (noted !== undefined) core.catalog.snapshots.remove(noted);
    } else {
      noted = manifest.id;
      const { id: destinationId } = folderDestination(core.catalog, core.clock, core.dataFolder.safetyFolder, true);
      const at = core.clock.now().toISOString();
      core.catalog.snapshots.enter(manifest, { origin: 'own', destinationId, planId, at });
      handle.update({ result: unfinished(kind, request.targetPath, manifest.id) });
    }
    core.events.emit('snapshots.changed', { planId });
  };
  return core.runInWorker(kind, request, { ...handle, listener: { ...handle.listener, onSafety }, keys });
}

/** What is remembered of a run that is about to replace something. */
function unfinished(kind: 'restore' | 'undo' | 'reset', targetPath: string, safetySnapshotId: string): RunResult {
  const kept = { targetPath, rows: 0, tables: 0, safetySnapshotId, undoneBy: null, note: null };
  return kind === 'reset' ? { kind, method: 'remove', ...kept, removed: [] } : { kind, method: 'into-live', ...kept };
}

function outcome(kind: 'restore' | 'undo', targetPath: string, applied: AppliedRestore): RunResult {
  const { safety, ...rest } = applied;
  return { kind, targetPath, ...rest, safetySnapshotId: safety?.id ?? null, undoneBy: null };
}

/** What the safety snapshot of a run needs. */
export function safetyRequest(core: CoreContext, handle: RunHandle, targetPath: string) {
  return {
    runId: handle.id,
    targetPath,
    safetyFolder: core.dataFolder.safetyFolder,
    planId: planOf(core, targetPath),
    snapkeepVersion: core.version,
    serviceId: core.serviceId,
  };
}

const lockWait = (core: CoreContext): number => core.catalog.settings.get().lockWaitSeconds * 1000;

/** The plan whose database is at a path. */
export const planOf = (core: CoreContext, sourcePath: string): string | null =>
  core.catalog.plans.list().find((plan) => plan.sourceKind === 'database' && plan.sourcePath === sourcePath)?.id ??
  null;

/** The plan of the target knows how it is asked for its version, or else that of the snapshot does. */
function schemaVersionOf(core: CoreContext, targetPath: string, snapshotId: string | null): SchemaVersionQuery {
  const snapshot = snapshotId === null ? undefined : core.catalog.snapshots.get(snapshotId);
  const plan = core.catalog.plans.get(planOf(core, targetPath) ?? snapshot?.planId ?? '');
  return plan?.schemaVersion ?? null;
}

/** @throws SnapkeepError `CONFLICT` for a target that would harm snapshots or Snapkeep itself */
export function refuseTarget(core: CoreContext, sourcePaths: readonly string[], targetPath: string): void {
  const refuse = (message: string): never => {
    throw new SnapkeepError('CONFLICT', message, { hint: 'Nothing was changed. Choose another path.' });
  };
  if (sourcePaths.includes(targetPath)) refuse(`${targetPath} is itself what would be restored.`);
  if (isWithin(core.dataFolder.path, targetPath)) refuse(`${targetPath} is in Snapkeep's own data folder.`);
  const folder = dirname(targetPath);
  const name = basename(targetPath);
  if (name.endsWith(MANIFEST_SUFFIX) || core.catalog.snapshots.byPath(folder, name) !== undefined)
    refuse(`${targetPath} is a stored snapshot, which is never overwritten.`);
  const plans = core.catalog.plans.list();
  const isSource = planOf(core, targetPath) !== null;
  const keepsSnapshots =
    core.catalog.snapshots.hasFolder(folder) ||
    foldersOf(core.catalog, plans).some((kept) => isWithin(kept, targetPath));
  if (keepsSnapshots && !isSource) refuse(`${folder} is where snapshots are kept.`);
}
