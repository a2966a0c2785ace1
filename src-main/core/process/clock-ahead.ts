import type { Clock } from '../ports.ts';

/** By how much a clock is ahead of the system's, in milliseconds: workers, which have none but the system's, add it. */
export function clockAheadMs(clock: Clock): number {
  // In whole minutes: a smaller difference lies in when the two were read.
  return Math.round((clock.now().getTime() - Date.now()) / 60_000) * 60_000;
}
