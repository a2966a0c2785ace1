import type { Pause } from '../model/schedule.ts';
import { CLOCK_GRACE_MS } from './missed-times.ts';

/**
 * Whether a pause is over. One with an end that began in the future was set by a clock that was wrong: it would last
 * until the other time is reached again.
 * @param now in milliseconds since 1970
 */
export function isPauseOver({ until, since }: Pause, now: number): boolean {
  return until !== null && (Date.parse(until) <= now || Date.parse(since) - now > CLOCK_GRACE_MS);
}
