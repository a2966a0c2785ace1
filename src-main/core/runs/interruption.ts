import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { type RunResult, replacesDatabase } from '../../../src-shared/model/run.ts';

/**
 * What to do about a run that was ended in the middle of a step: its worker process was killed, or all of Snapkeep.
 * @param result what had been noted of the run by then
 */
export function hintAfterInterruption(result: RunResult | null): string {
  if (result?.kind === 'files-restore')
    return 'Each file or folder is the old or the restored one. What was there is kept: Undo puts it back.';
  if (!replacesDatabase(result) || result.safetySnapshotId === null) return 'Start it again.';
  return result.kind === 'databaseDeletion'
    ? 'The database or some of its files may be gone. What was there is kept: Undo puts it back.'
    : 'The database holds either the old or the restored content, whole. What was there is kept: Undo puts it back.';
}

/** The error of such a run with what to do about it. */
export function interruptedError(error: unknown, result: RunResult | null): unknown {
  if (!(error instanceof SnapkeepError)) return error;
  return new SnapkeepError(error.code, error.message, { hint: hintAfterInterruption(result), cause: error });
}
