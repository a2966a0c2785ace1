import { InvalidArgumentError } from 'commander';
import { Schedule } from '../../../src-shared/model/schedule.ts';
import { weekdayNumber } from '../../../src-shared/words/weekdays.ts';

/** How a schedule is written on the command line. */
export const SCHEDULE_HELP =
  'manual, "every 6h", "daily 02:00", "weekly mon,fri 02:00", "monthly 1 02:00", "monthly last 02:00", "on-change", or five cron fields';

/** Reads a schedule as it is written on the command line. */
export function parseSchedule(text: string): Schedule {
  const words = text.trim().split(/\s+/);
  const parsed = Schedule.safeParse(fromWords(words, text.trim()));
  if (!parsed.success) throw new InvalidArgumentError(`Must be one of: ${SCHEDULE_HELP}.`);
  return parsed.data;
}

function fromWords([kind = '', first = '', second = '', ...more]: string[], text: string): unknown {
  if (kind === 'manual') return { kind };
  if (kind === 'every') return { kind: 'interval', hours: Number(/^(\d+)h$/.exec(first)?.[1] ?? Number.NaN) };
  if (kind === 'daily') return { kind, time: first };
  if (kind === 'weekly') return { kind, days: first.split(',').map(weekdayNumber), time: second };
  if (kind === 'monthly') return { kind, day: first === 'last' ? 'last' : Number(first), time: second };
  if (kind === 'on-change') return { kind, quietMinutes: 5, atLatestMinutes: 60 };
  return more.length === 2 ? { kind: 'cron', expression: text } : undefined;
}
