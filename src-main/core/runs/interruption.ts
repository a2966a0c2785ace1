import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { type RunResult, replacesDatabase } from '../../../src-shared/model/run.ts';

/**
 * What to do about a run that was ended in the middle of a step: its worker process was killed, or all of Snapkeep.
 * @param result what had been noted of the run by then
 */
export function hintAfterInterruption(result: RunResult | null): string {
  if (result?.kind === 'files-restore')
    return 'Each file or folder is either the previous or the restored one. The previous ones are kept; use Undo to restore them.';
  if (!replacesDatabase(result) || result.safetySnapshotId === null) return 'Start it again.';
  return result.kind === 'databaseDeletion'
    ? 'The database or some of its files may be deleted. They are kept in the safety snapshot; use Undo to restore them.'
    : 'The database has either the previous or the restored content, in full. The previous content is kept; use Undo to restore it.';
}

/** The error of such a run with what to do about it. */
export function interruptedError(error: unknown, result: RunResult | null): unknown {
  if (!(error instanceof SnapkeepError)) return error;
  return new SnapkeepError(error.code, error.message, { hint: hintAfterInterruption(result), cause: error });
}
