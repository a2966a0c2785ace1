import type { Manifest } from '../../../../src-shared/model/manifest.ts';
import { type DatabaseMark, pathsOf, type Replacement } from '../../../../src-shared/model/restore/replacement.ts';
import type { RestoreMethod } from '../../../../src-shared/model/restore/restore.ts';
import { RestoredFiles } from '../../../../src-shared/model/restore/restore-files.ts';
import type { FileRights, ReplacingKind, RunResult } from '../../../../src-shared/model/run.ts';
import type { CoreContext } from '../../core-context.ts';
import { folderDestination } from '../../destinations/destination-access.ts';
import type { RunHandle } from '../../runs/run-work.ts';
import type { WorkerOptions } from '../../runs/task-process.ts';
import type { Kept } from '../../runs/worker-protocol.ts';
import type { WorkerTasks } from '../../worker-tasks.ts';
import { planOf } from '../check/refuse-target.ts';

/** What goes with a replacement beside its request. */
interface ReplacingOptions extends Pick<WorkerOptions, 'keys' | 'encryptionSecrets'> {
  /** Of the file that a deletion removes. */
  rights?: FileRights | null;
  /** How many rows of how many tables are put back. */
  counts?: { tables: number; rows: number };
  /** The restore that an undo puts back. */
  undoes?: string | null;
}

/**
 * Restores, undoes, deletes or puts rows back in a worker. What Undo would put back is known before anything is replaced, so that it
 * works after a crash too; so is the journal by which the run is then resolved.
 */
export function replacing<T extends ReplacingKind>(
  core: CoreContext,
  handle: RunHandle,
  kind: T,
  targetPath: string | null,
  request: WorkerTasks[T]['request'],
  { rights = null, undoes = null, counts = { tables: 0, rows: 0 }, ...secrets }: ReplacingOptions,
): Promise<WorkerTasks[T]['result']> {
  const planId = targetPath === null ? null : planOf(core, targetPath);
  let noted: string | undefined;
  const onKept = ({ safety, ...replacement }: Kept): void => {
    if (safety === null && noted !== undefined) core.catalog.snapshots.remove(noted);
    noted = safety?.id;
    if (safety !== null) {
      const { id: destinationId } = folderDestination(core.catalog, core.clock, core.dataFolder.safetyFolder, true);
      const at = core.clock.now().toISOString();
      core.catalog.snapshots.enter(safety, { origin: 'own', destinationId, planId, at });
    }
    const result = unfinished(kind, targetPath, safety, replacement, { rights, counts });
    handle.noteReplacement(pathsOf(replacement).length === 0 ? null : { ...replacement, undoes }, result);
    core.events.emit('snapshots.changed', { planId });
  };
  return core.runInWorker(kind, request, { ...handle, ...secrets, listener: { ...handle.listener, onKept } });
}

/** What is remembered of a run that is about to replace something; `null`: it has replaced nothing after all. */
function unfinished(
  kind: ReplacingKind,
  targetPath: string | null,
  safety: Manifest | null,
  { database, files: exchanges }: Replacement,
  { rights, counts }: { rights: FileRights | null; counts: { tables: number; rows: number } },
): RunResult | null {
  const files = exchanges.map((each) => RestoredFiles.parse(each));
  if (targetPath === null || (safety === null && database === null))
    return files.length === 0 ? null : { kind: 'files-restore', files, undoneBy: null };
  const safetySnapshotId = safety?.id ?? null;
  const kept = { targetPath, ...counts, safetySnapshotId, undoneBy: null, note: null, stateAfter: null, files };
  if (kind === 'putBackRows') return { kind, method: 'rows', ...kept };
  return kind === 'databaseDeletion'
    ? { kind, method: 'remove', ...kept, removed: [], rights }
    : { kind, method: replacingMethod(database), ...kept };
}

function replacingMethod(database: DatabaseMark | null): RestoreMethod {
  if (database === null || database.method === 'remove' || database.method === 'rows')
    throw new Error('This does not replace a database.');
  return database.method;
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
