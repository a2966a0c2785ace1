import type { Schedule } from '../../../src-shared/model/schedule.ts';
import { scheduleInWords as inWords } from '../../../src-shared/words/schedule-words.ts';
import { cronInWords } from './calendar-times.ts';

/**
 * A schedule as a sentence without a full stop, cron expressions too. Times in UTC say so: a container without a time
 * zone has no other, and few people live by it.
 * @param timeZone of the plan; `null`: the machine's
 * @param ofMachine the machine's time zone, looked up each time, for it may change
 */
export function scheduleInWords(schedule: Schedule, timeZone: string | null, ofMachine?: string): string {
  const words = inWords(schedule, cronInWords);
  if (!hasTime(schedule)) return words;
  return isUtc(timeZone ?? ofMachine ?? Intl.DateTimeFormat().resolvedOptions().timeZone) ? `${words} UTC` : words;
}

/** Whether a schedule names times of the day, which depend on the time zone. */
export const hasTime = ({ kind }: Schedule): boolean =>
  kind === 'daily' || kind === 'weekly' || kind === 'monthly' || kind === 'cron';

/** UTC has many names; where the system knows none at all, it counts in UTC too. */
function isUtc(zone: string | undefined): boolean {
  return zone === undefined || /^(etc\/)?(utc|uct|universal|zulu|gmt([+-]?0)?|greenwich|unknown)$/i.test(zone);
}
