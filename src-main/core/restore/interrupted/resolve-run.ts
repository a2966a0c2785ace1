import type { NotedReplacement } from '../../../../src-shared/model/restore/replacement.ts';
import { type Run, type RunResult, replacesDatabase } from '../../../../src-shared/model/run.ts';
import { totalRows } from '../../../../src-shared/words/table-rows.ts';
import type { CoreContext } from '../../core-context.ts';
import { answerByTask } from '../../runs/request-task.ts';
import type { Resolved, ResolveRequest } from './resolve-replacement.ts';

/** What has become of a restore, an undo or a deletion that ended without an answer. */
export interface ResolvedRun {
  /** All of it is done; otherwise it was taken back. */
  complete: boolean;
  result: RunResult | null;
}

/**
 * Resolves what a run was replacing, in a worker process, and says so of the restore that it undoes.
 * @param how see {@link ResolveRequest}
 * @throws SnapkeepError as `resolveReplacement`, `TIMED_OUT`
 */
export async function resolveRun(
  core: CoreContext,
  run: Run,
  { undoes, ...replacement }: NotedReplacement,
  { tell, ...how }: Pick<ResolveRequest, 'keepsArrived' | 'lockWaitMs'> & { tell: (message: string) => void },
): Promise<ResolvedRun> {
  const request = { ...replacement, runId: run.id, ...how };
  const resolved = await answerByTask(core, 'resolve-replacement', request, {
    what: `Finding out what was replaced of ${run.subject}`,
    signal: new AbortController().signal,
    keys: core.keys.all(undefined),
  });
  if (!resolved.complete) return { complete: false, result: takenBack(run, resolved, tell) };
  tell(COMPLETE[run.kind] ?? 'Everything had been replaced.');
  if (undoes !== null) markUndone(core, undoes, run.id);
  const { result } = run;
  if (!replacesDatabase(result) || result.kind === 'putBackRows') return { complete: true, result };
  // What was put there, or removed; it is not counted again, for a program may have gone on with it.
  const snapshotId = result.kind === 'databaseDeletion' ? result.safetySnapshotId : run.snapshotId;
  const tables = (snapshotId && core.catalog.snapshots.manifest(snapshotId)?.database?.tables) || [];
  return { complete: true, result: { ...result, tables: tables.length, rows: totalRows(tables) } };
}

const COMPLETE: Partial<Record<Run['kind'], string>> = {
  databaseDeletion: 'The database had been deleted.',
  putBackRows: 'The rows had been put back.',
};

function takenBack({ kind }: Run, { files, leftWal }: Resolved, tell: (message: string) => void): RunResult | null {
  tell(
    kind === 'putBackRows'
      ? 'No rows had been put back.'
      : 'Not everything had been replaced; what had been was taken back.',
  );
  if (leftWal !== null)
    tell(`${leftWal} was in WAL mode and is now in rollback-journal mode: no known key opens it to set the mode back.`);
  for (const { targetPath, keptPath, undoable } of files) {
    if (undoable)
      tell(`Something else is at ${targetPath}, so it was left. Its previous files are kept in ${keptPath}.`);
    else tell(`The files that had been restored to ${targetPath} are kept in ${keptPath}.`);
  }
  return files.length === 0 ? null : { kind: 'files-restore', files, undoneBy: null };
}

/** Remembers that a restore, or a deletion, has been undone. */
export function markUndone(core: CoreContext, restoreRunId: string, undoRunId: string): void {
  const { result } = core.runs.get(restoreRunId);
  if (result !== null) core.runs.amend(restoreRunId, { ...result, undoneBy: undoRunId } as RunResult);
}
