import { canBePutBack, type RunResult, replacesDatabase } from '../../../src-shared/model/run.ts';

/**
 * What a run has done that failed only after it had replaced something: that has happened, with a warning.
 * @returns `null`: it has replaced nothing that can be put back, and has failed
 */
export function withLateFailure(result: RunResult | null, message: string): RunResult | null {
  if (result === null || !canBePutBack(result)) return null;
  if (!replacesDatabase(result)) return result;
  const note = `The content was replaced, but a later step failed: ${message}`;
  return { ...result, note: result.note === null ? note : `${result.note} ${note}` };
}
