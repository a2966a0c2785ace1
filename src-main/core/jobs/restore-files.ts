import { basename, dirname } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { RestoredFiles } from '../../../src-shared/model/restore-files.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import type { Snapshot } from '../../../src-shared/model/snapshot.ts';
import type { CoreContext } from '../core-context.ts';
import type { FilesRequest } from '../engine/companions/restore-companions.ts';
import { isWithin } from '../paths.ts';
import { fetchSnapshot, locksOf, placesOf } from './fetch.ts';
import { foldersOf } from './places.ts';

/** Which files of a snapshot are to be put back. */
export interface FilesOrder extends Omit<FilesRequest, 'snapshotPath'> {
  snapshot: Snapshot;
  destinationId: string | undefined;
}

/** Queues the look at what a restore of files would do; what had to be fetched is kept for {@link startFilesRestore}. */
export function startFilesCheck(core: CoreContext, { snapshot, destinationId, ...order }: FilesOrder): Run {
  const stored = placesOf(core, snapshot, destinationId);
  return core.runs.start({
    kind: 'restore-check',
    planId: snapshot.planId,
    planName: snapshot.planName,
    snapshotId: snapshot.id,
    subject: snapshot.name,
    locks: locksOf(stored),
    folders: [],
    work: async (handle) => {
      const { path, destination } = await fetchSnapshot(core, stored, handle, 'everything');
      const sealSecrets = core.seals.all(snapshot.planId);
      const files = await core.runInWorker('files-check', { ...order, snapshotPath: path }, { ...handle, sealSecrets });
      for (const { targetPath } of files.targets) refuseFilesTarget(core, targetPath);
      handle.keepStaging();
      const { stagingFolder } = handle;
      const { targets, confirmation } = files;
      await core.prepared.keepFiles(handle.id, { files, snapshot, stagingFolder, destinationId: destination.id });
      const { id: snapshotId, name: snapshotName, createdAt } = snapshot;
      return { kind: 'files-check', check: { snapshotId, snapshotName, createdAt, targets, confirmation } };
    },
  });
}

/**
 * Queues a restore of files that have been looked at.
 * @throws SnapkeepError `CONFLICT` when they must be looked at again
 */
export function startFilesRestore(core: CoreContext, checkRunId: string, confirmation: string): Run {
  const { files, snapshot } = core.prepared.confirmFiles(checkRunId, confirmation);
  const run = core.runs.start({
    kind: 'restore',
    planId: snapshot.planId,
    planName: snapshot.planName,
    snapshotId: snapshot.id,
    subject: files.targets.map(({ targetPath }) => basename(targetPath)).join(', '),
    locks: files.targets.map(({ targetPath }) => targetPath),
    folders: files.targets.map(({ targetPath }) => dirname(targetPath)),
    work: async (handle) => {
      const sealSecrets = core.seals.all(snapshot.planId);
      const request = { request: files.request, confirmation, runId: handle.id };
      const restored = await core.runInWorker('restore-files', request, { ...handle, sealSecrets });
      for (const { targetPath, keptPath } of restored)
        if (keptPath !== null) handle.log('info', `What was at ${targetPath} is kept in ${keptPath}.`);
      await core.prepared.finish(checkRunId);
      return { kind: 'files-restore', files: restored, undoneBy: null };
    },
  });
  core.prepared.hold(checkRunId);
  void core.runs.ended(run.id).then(() => core.prepared.release(checkRunId));
  return run;
}

/**
 * Queues the undoing of a restore of files.
 * @throws SnapkeepError `CONFLICT` when it has been undone, `NOT_FOUND` when there is nothing to put back
 */
export function startFilesUndo(core: CoreContext, restore: Run, result: UndoableFiles): Run {
  if (result.undoneBy !== null)
    throw new SnapkeepError('CONFLICT', 'This restore has already been undone.', {
      hint: 'The undo itself can be undone in Activity.',
    });
  const files = result.files.filter(({ undoable }) => undoable);
  if (files.length === 0) {
    throw new SnapkeepError('NOT_FOUND', 'This run replaced nothing that could be put back.', {
      hint: 'What was written to a device cannot be undone.',
    });
  }
  return core.runs.start({
    kind: 'undo',
    planId: restore.planId,
    planName: restore.planName,
    snapshotId: restore.snapshotId,
    subject: restore.subject,
    locks: files.map(({ targetPath }) => targetPath),
    folders: files.map(({ targetPath }) => dirname(targetPath)),
    work: async (handle) => {
      const undone = await core.runInWorker('undo-files', { files, runId: handle.id }, handle);
      core.runs.amend(restore.id, { ...result, undoneBy: handle.id });
      return { kind: 'files-restore', files: undone, undoneBy: null };
    },
  });
}

interface UndoableFiles {
  kind: 'files-restore';
  files: RestoredFiles[];
  undoneBy: string | null;
}

/**
 * A database is put back by SQLite alone: what has it open would go on writing to a file that has been moved away.
 * @throws SnapkeepError `CONFLICT` for a target that would harm databases, snapshots or Snapkeep itself
 */
function refuseFilesTarget(core: CoreContext, targetPath: string): void {
  const plans = core.catalog.plans.list();
  const database = plans.find(
    ({ sourceKind, sourcePath }) =>
      sourceKind === 'database' && (sourcePath === targetPath || isWithin(targetPath, sourcePath)),
  );
  if (database !== undefined) {
    throw new SnapkeepError(
      'CONFLICT',
      `${database.sourcePath} is the database of a plan and would be replaced, too.`,
      {
        hint: 'Nothing was changed. Restore the files to another folder, or only a file or folder of them, and the database by itself.',
      },
    );
  }
  const kept = [core.dataFolder.path, ...foldersOf(core.catalog, plans)];
  if (!kept.some((folder) => isWithin(folder, targetPath) || isWithin(targetPath, folder) || folder === targetPath))
    return;
  throw new SnapkeepError('CONFLICT', `${targetPath} is where snapshots or Snapkeep's own data are kept.`, {
    hint: 'Nothing was changed. Choose another place to restore to.',
  });
}
