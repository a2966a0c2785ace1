import { setTimeout } from 'node:timers/promises';
import { ExponentialBackoff, noJitterGenerator } from 'cockatiel';
import { cancelledError } from '../engine/task-context.ts';

const LONGEST_PAUSE_MS = 3_600_000;

/** How long to wait before something is tried again. */
export interface RetryPolicy {
  /**
   * The pause after a number of failures in a row.
   * @param failures at least 1
   * @returns milliseconds
   */
  pauseAfter(failures: number): number;
}

/** Pauses that double, up to a longest one. @param firstMs milliseconds @param longestMs milliseconds */
function doubling(firstMs: number, longestMs: number): RetryPolicy {
  const policy = new ExponentialBackoff({
    initialDelay: firstMs,
    maxDelay: longestMs,
    exponent: 2,
    generator: noJitterGenerator,
  });
  return {
    pauseAfter(failures) {
      let backoff = policy.next();
      // Beyond the longest pause nothing changes any more.
      for (let step = 1; step < failures && backoff.duration < longestMs; step++) backoff = backoff.next(undefined);
      return backoff.duration;
    },
  };
}

/** For what a run tries again while it goes on: half a second, a second, two seconds. */
const RETRY_SOON = doubling(500, 2_000);

/** For what is tried again until it succeeds: from a minute to an hour. */
export const RETRY_LATER = doubling(60_000, LONGEST_PAUSE_MS);

/**
 * Whether the time for another try has come. No pause is longer than the longest one: an instant beyond it was set by a
 * clock that has been set back since. Both in milliseconds since 1970.
 */
export const isTimeToRetry = (at: number, now: number): boolean => at <= now || at - now > LONGEST_PAUSE_MS;

/** Lets milliseconds pass. @throws SnapkeepError `CANCELLED` */
export type Pause = (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;

const realPause: Pause = async (milliseconds, signal) => {
  try {
    await setTimeout(milliseconds, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    throw signal?.aborted === true ? cancelledError() : error;
  }
};

/**
 * Does work, and at once again after short pauses, for a run that must not end because an answer was lost.
 * @param retries how often at most
 * @param isWorthwhile whether an error may be gone the next time
 * @throws whatever the last try did; SnapkeepError `CANCELLED` when the signal ends a pause
 */
export async function withRetries<T>(
  work: () => Promise<T>,
  {
    retries,
    isWorthwhile,
    pause = realPause,
    signal,
  }: {
    retries: number;
    isWorthwhile: (error: unknown) => boolean;
    pause?: Pause | undefined;
    signal?: AbortSignal | undefined;
  },
): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await work();
    } catch (error) {
      if (failures > retries || signal?.aborted === true || !isWorthwhile(error)) throw error;
      await pause(RETRY_SOON.pauseAfter(failures), signal);
    }
  }
}
