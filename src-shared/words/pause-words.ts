import type { Pause } from '../model/schedule.ts';
import { momentInWords, shortMomentInWords } from './moments.ts';

/**
 * Returns a pause in words, for example `Paused until today 11:58`.
 * @param now in milliseconds since 1970
 */
export function pauseInWords({ until, since }: Pause, now: number): string {
  return until === null
    ? `Paused since ${momentInWords(since, now)}`
    : `Paused until ${shortMomentInWords(until, now)}`;
}

/** The choices of a pause. `null` is until resumed. */
export const PAUSES: ReadonlyArray<{ label: string; until(now: Date): Date | null }> = [
  { label: 'For 1 hour', until: (now) => new Date(now.getTime() + 3_600_000) },
  { label: 'Until tomorrow', until: nextMorning },
  { label: 'Until resumed', until: () => null },
];

const MORNING_HOUR = 6;

/** Returns when a pause “until tomorrow” ends: the next time the machine's clock shows 6:00. */
export function nextMorning(now: Date): Date {
  const today = new Date(now.getFullYear(), now.getMonth(), now.getDate(), MORNING_HOUR);
  return today > now ? today : new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, MORNING_HOUR);
}
