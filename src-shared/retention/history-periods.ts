import { clockOffsets, localCalendar } from '../schedule/local-calendar.ts';

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;

/** The periods that an instant lies in, as numbers that only compare. Each but the month lies wholly in the next. */
export interface HistoryPeriods {
  minute: number;
  tenMinutes: number;
  hour: number;
  sixHours: number;
  day: number;
  month: number;
}

/**
 * Answers which periods an instant lies in, by the clock of a time zone. An hour that this clock shows twice is two hours.
 * @param timeZone a name of the tz database; `null` is the machine's
 */
export function historyPeriods(timeZone: string | null): (instantMs: number) => HistoryPeriods {
  const offsetAt = clockOffsets(timeZone);
  const calendar = localCalendar(timeZone);
  return (at) => {
    const offset = offsetAt(at);
    const { day, month } = calendar(at);
    // Where clocks differ from UTC by parts of an hour, hours begin there; whole hours do not move them.
    const withinHours = at + (offset % HOUR_MS);
    return {
      minute: Math.floor(withinHours / MINUTE_MS),
      tenMinutes: Math.floor(withinHours / (10 * MINUTE_MS)),
      hour: Math.floor(withinHours / HOUR_MS),
      sixHours: Math.floor((at + offset) / (6 * HOUR_MS)),
      day,
      month,
    };
  };
}
