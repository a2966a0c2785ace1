import type { Pause } from '../../../src-shared/model/schedule.ts';
import { nextMorning } from '../../../src-shared/schedule/pause-end.ts';
import { momentInWords, upcomingInWords } from '../../components/time.ts';

/** Returns a pause in words, for example `Paused until today 11:58`. */
export function pauseInWords({ until, since }: Pause, now: number): string {
  if (until !== null) return `Paused until ${upcomingInWords(until, now)}`;
  return `Paused since ${momentInWords(since, now)}`;
}

/** The choices of a pause. `null` is until resumed. */
export const PAUSES: Array<{ label: string; until(now: Date): string | null }> = [
  { label: 'For 1 hour', until: (now) => new Date(now.getTime() + 3_600_000).toISOString() },
  { label: 'Until tomorrow', until: (now) => nextMorning(now).toISOString() },
  { label: 'Until resumed', until: () => null },
];
