import type { ParsedParams, Result } from '../../../src-shared/contract/methods.ts';
import { requireTimeZone, scheduledTimesOf } from './calendar-times.ts';
import { scheduleInWords } from './schedule-words.ts';

const PREVIEWED_TIMES = 5;

/**
 * Says a schedule in words, and its next times.
 * @param now in milliseconds since 1970
 * @throws SnapkeepError `INVALID_PARAMS`
 */
export function previewSchedule(
  { schedule, timeZone = null }: ParsedParams<'schedules.preview'>,
  now: number,
): Result<'schedules.preview'> {
  requireTimeZone(timeZone);
  const times = scheduledTimesOf(schedule, timeZone, now);
  const next: string[] = [];
  for (let at = times.after(now); at !== null && next.length < PREVIEWED_TIMES; at = times.after(at))
    next.push(new Date(at).toISOString());
  return { words: scheduleInWords(schedule, timeZone), next };
}
