import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { canBePutBack, type Run, type RunResult, replacesDatabase } from '../../../src-shared/model/run.ts';
import type { ResolvedRun } from '../restore/interrupted/resolve-run.ts';

/**
 * What to do about a run that was ended in the middle of a step: its worker process was killed, or all of Snapkeep.
 * @param result what is noted of the run
 * @param pending it is not known yet what of it was replaced
 */
export function hintAfterInterruption(result: RunResult | null, pending: boolean): string {
  if (!canBePutBack(result)) return 'Start it again.';
  if (result?.kind === 'databaseDeletion')
    return 'The database or some of its files may be deleted. They are kept in the safety snapshot; use Undo to restore them.';
  return pending
    ? 'Either everything or nothing will be replaced. Snapkeep decides this as soon as it can read the database and the folders.'
    : 'Files at some paths were left, because other files have been put there. The previous files are kept; use Undo to restore them.';
}

/** The error of such a run with what to do about it. */
export function interruptedError(error: unknown, result: RunResult | null, pending: boolean): unknown {
  if (!(error instanceof SnapkeepError)) return error;
  return new SnapkeepError(error.code, error.message, { hint: hintAfterInterruption(result, pending), cause: error });
}

/** How a run that was interrupted is remembered once it is known what it has replaced. */
export function resolvedRun(run: Run, { complete, result }: ResolvedRun): Run {
  const error = run.error && { ...run.error, hint: hintAfterInterruption(result, false) };
  if (!complete) return { ...run, result, error };
  const happened = withLateFailure(result, run.error?.message ?? 'Snapkeep ended during this run.') ?? result;
  return { ...run, state: 'succeeded', progress: { ...run.progress, phase: 'done' }, error: null, result: happened };
}

export const lateFailureInWords = (message: string): string =>
  `The content was replaced, but a later step failed: ${message}`;

/**
 * What a run has done that failed only after it had replaced something: that has happened, with a warning.
 * @returns `null`: it has replaced nothing that can be put back, and has failed
 */
export function withLateFailure(result: RunResult | null, message: string): RunResult | null {
  if (result === null || !canBePutBack(result)) return null;
  if (!replacesDatabase(result)) return result;
  const note = lateFailureInWords(message);
  return { ...result, note: result.note === null ? note : `${result.note} ${note}` };
}
