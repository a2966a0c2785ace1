import type { Schedule } from '../model/schedule.ts';
import { WEEKDAYS } from './weekdays.ts';
import { countInWords } from './wording.ts';

/**
 * Returns a schedule in words, without a full stop, for example `Daily at 02:00`.
 * @param cronInWords puts a cron expression into words; that takes a library, which not every layer has
 */
export function scheduleInWords(
  schedule: Schedule,
  cronInWords: (expression: string) => string = (expression) => `Cron ${expression}`,
): string {
  switch (schedule.kind) {
    case 'manual':
      return 'Manual';
    case 'interval':
      return schedule.hours === 1 ? 'Every hour' : `Every ${schedule.hours} hours`;
    case 'daily':
      return `Daily at ${schedule.time}`;
    case 'weekly':
      return `${daysInWords(schedule.days)} at ${schedule.time}`;
    case 'monthly':
      return schedule.day === 'last'
        ? `On the last day of each month at ${schedule.time}`
        : `On day ${schedule.day} of each month at ${schedule.time}`;
    case 'cron':
      return cronInWords(schedule.expression);
    case 'on-change':
      return `After changes, once idle for ${countInWords(schedule.quietMinutes, 'minute')}`;
  }
}

/** Days of the week in words: `Mondays and Fridays`, `Monday to Friday`, `Every day`. */
function daysInWords(days: readonly number[]): string {
  const sorted = [...new Set(days)].sort((a, b) => a - b);
  if (sorted.length === 7) return 'Every day';
  if (sorted.join() === '1,2,3,4,5') return 'Monday to Friday';
  const names = sorted.map((day) => `${WEEKDAYS[day - 1]}s`);
  const last = names.pop();
  return names.length === 0 ? (last ?? '') : `${names.join(', ')} and ${last}`;
}
