import type { Schedule } from '../../../src-shared/model/schedule.ts';
import { scheduleInWords as inWords } from '../../../src-shared/rules/schedule-words.ts';
import { cronInWords } from './calendar-slots.ts';

/** A schedule as a sentence without a full stop, cron expressions too. */
export function scheduleInWords(schedule: Schedule): string {
  return inWords(schedule, cronInWords);
}
