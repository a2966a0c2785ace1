import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { DAY_MS } from '../../../src-shared/rules/durations.ts';
import { durationInWords } from '../../../src-shared/words/wording.ts';
import type { Clock } from '../ports.ts';

/** Ends what took too long. */
export class TimeLimitError extends SnapkeepError {
  /**
   * @param what the subject of the sentence, for example "The run"
   * @param limitMs the limit in milliseconds
   */
  constructor(what: string, limitMs: number, hint: string) {
    super('TIMED_OUT', `${what} was stopped at its time limit of ${durationInWords(limitMs)}.`, { hint });
  }
}

/** The longest that a clock wakes after, in milliseconds. */
const LONGEST_WAKE_MS = DAY_MS;

/** Calls back once after a number of milliseconds, also after more than a day; the answer cancels it. */
export function afterLong(clock: Clock, ms: number, callback: () => void): () => void {
  const rest = ms - LONGEST_WAKE_MS;
  let forget = clock.wake(Math.min(ms, LONGEST_WAKE_MS), () => {
    if (rest <= 0) callback();
    else forget = afterLong(clock, rest, callback);
  });
  return () => forget();
}
