import { Cron } from 'croner';
import cronstrue from 'cronstrue';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Schedule, TimeOfDay, Weekday } from '../../../src-shared/model/schedule.ts';
import { NO_SCHEDULED_TIMES, type ScheduledTimes, timesEvery } from '../../../src-shared/schedule/missed-times.ts';

const HOUR_MS = 3_600_000;

/**
 * The scheduled times of a schedule.
 *
 * Around daylight saving, a fixed time that the clock skips comes once, at the first moment after the gap, and one that
 * the clock shows twice comes the first time only. Cron expressions with a wildcard or a step in their time go on
 * through both, as the hours pass.
 * @param anchor when the schedule was set, in milliseconds since 1970
 * @param timeZone a name of the tz database; `null` is the machine's
 * @throws SnapkeepError `INVALID_PARAMS` for a cron expression or a time zone that cannot be understood
 */
export function scheduledTimesOf(schedule: Schedule, timeZone: string | null, anchor: number): ScheduledTimes {
  if (schedule.kind === 'interval') return timesEvery(anchor, schedule.hours * HOUR_MS);
  const pattern = cronPattern(schedule);
  return pattern === null ? NO_SCHEDULED_TIMES : cronTimes(pattern, timeZone);
}

/** The schedule as a cron expression of five fields; `null` when it does not follow the calendar. */
function cronPattern(schedule: Schedule): string | null {
  switch (schedule.kind) {
    case 'daily':
      return `${minuteAndHour(schedule.time)} * * *`;
    case 'weekly':
      return `${minuteAndHour(schedule.time)} * * ${cronDays(schedule.days)}`;
    case 'monthly':
      return `${minuteAndHour(schedule.time)} ${schedule.day === 'last' ? 'L' : schedule.day} * *`;
    case 'cron':
      return schedule.expression;
    default:
      return null;
  }
}

/** @throws SnapkeepError `INVALID_PARAMS` when the machine knows no such time zone */
export function requireTimeZone(timeZone: string | null): void {
  if (timeZone === null) return;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone });
  } catch (error) {
    throw new SnapkeepError('INVALID_PARAMS', `Unknown time zone: “${timeZone}”.`, {
      hint: 'Use a name such as Europe/Berlin.',
      cause: error,
    });
  }
}

/** A cron expression as a sentence. */
export function cronInWords(expression: string): string {
  parse(expression, null);
  return cronstrue.toString(expression, { use24HourTimeFormat: true, verbose: false });
}

function cronTimes(pattern: string, timeZone: string | null): ScheduledTimes {
  const cron = parse(pattern, timeZone);
  return {
    after: (instant) => cron.nextRun(new Date(instant))?.getTime() ?? null,
    latest: (instant, since) => {
      // What croner answers lies before the second it is asked about; the scheduled time of this very second counts too.
      const [latest] = cron.previousRuns(1, new Date(instant + 1000));
      const scheduledTime = latest?.getTime();
      return scheduledTime !== undefined && scheduledTime <= instant && scheduledTime > since ? scheduledTime : null;
    },
  };
}

function parse(pattern: string, timeZone: string | null): Cron {
  try {
    const cron = new Cron(pattern, {
      paused: true,
      mode: '5-part',
      fixedTimeRule: 'no-wildcard',
      ...(timeZone === null ? {} : { timezone: timeZone }),
    });
    if (cron.nextRun() === null) throw new Error('The expression never matches.');
    return cron;
  } catch (error) {
    throw new SnapkeepError('INVALID_PARAMS', `Invalid schedule: “${pattern}”.`, {
      hint: 'Use five fields: minute, hour, day of the month, month, day of the week; for example 30 2 * * 1-5.',
      cause: error,
    });
  }
}

function minuteAndHour(time: TimeOfDay): string {
  const [hour, minute] = time.split(':').map(Number);
  return `${minute} ${hour}`;
}

/** Cron counts the days from Sunday, ISO 8601 from Monday. */
function cronDays(days: readonly Weekday[]): string {
  return [...new Set(days)]
    .sort((a, b) => a - b)
    .map((day) => day % 7)
    .join(',');
}
