import { ExponentialBackoff, noJitterGenerator } from 'cockatiel';

const LONGEST_PAUSE_MS = 3_600_000;

/** How long to wait before something is tried again. */
export interface RetryPolicy {
  /**
   * The pause after so many failures in a row.
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

/** For what is tried again until it succeeds: from a minute to an hour. */
export const RETRY_LATER = doubling(60_000, LONGEST_PAUSE_MS);

/**
 * Whether the time for another try has come. No pause is longer than the longest one: an instant beyond it was set by a
 * clock that has been set back since. Both in milliseconds since 1970.
 */
export const isTimeToRetry = (at: number, now: number): boolean => at <= now || at - now > LONGEST_PAUSE_MS;
