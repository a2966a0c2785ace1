import { DAY_MS } from '../rules/durations.ts';

/** No time zone changes its offset and changes it back within a week. */
const SPAN_MS = 7 * DAY_MS;

/** Where an instant lies in the calendar of a time zone, as numbers that only compare: the same number, the same day. */
export interface CalendarDate {
  /** Days since 1970-01-01. */
  day: number;
  /** Weeks from Monday to Sunday (ISO 8601). */
  week: number;
  month: number;
  year: number;
  /** 1 is Monday, 7 is Sunday. */
  weekday: number;
}

/**
 * Answers where instants lie in the calendar of a time zone. Asking for many instants is cheap: the zone's offset is
 * looked up once a week of the calendar, and the instant at which it changes once in weeks in which it does.
 * @param timeZone a name of the tz database; `null` is the machine's
 */
export function localCalendar(timeZone: string | null): (instantMs: number) => CalendarDate {
  const offsetAt = clockOffsets(timeZone);
  return (instantMs) => {
    const local = instantMs + offsetAt(instantMs);
    const day = Math.floor(local / DAY_MS);
    const date = new Date(local);
    const year = date.getUTCFullYear();
    // 1970-01-01 was a Thursday.
    return {
      day,
      week: Math.floor((day + 3) / 7),
      month: year * 12 + date.getUTCMonth(),
      year,
      weekday: ((((day + 3) % 7) + 7) % 7) + 1,
    };
  };
}

/** The machine's time zone; `null` where the system names none. It may change while the program runs. */
export function machineTimeZone(): string | null {
  const zone: string | undefined = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return zone === undefined || zone === 'Etc/Unknown' ? null : zone;
}

/** What was looked up of the offsets of each time zone. */
const knownOffsets = new Map<string, (instantMs: number) => number>();

/**
 * Answers by how many milliseconds the clock of a time zone is ahead of UTC at an instant, in milliseconds since 1970.
 * @param timeZone a name of the tz database; `null` is the machine's
 */
export function clockOffsets(timeZone: string | null): (instantMs: number) => number {
  const zone = timeZone ?? machineTimeZone() ?? '';
  const offsets = knownOffsets.get(zone) ?? newOffsets(timeZone);
  knownOffsets.set(zone, offsets);
  return offsets;
}

function newOffsets(timeZone: string | null): (instantMs: number) => number {
  const format = new Intl.DateTimeFormat('en-US', {
    ...(timeZone === null ? {} : { timeZone }),
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const exact = (instantMs: number): number => {
    const part: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(instantMs)) part[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instantMs / 1000) * 1000;
  };
  const atStart = new Map<number, number>();
  const cached = (span: number): number => {
    let offset = atStart.get(span);
    if (offset === undefined) {
      offset = exact(span * SPAN_MS);
      atStart.set(span, offset);
    }
    return offset;
  };
  const changes = new Map<number, number>();
  /** The instant in a week at which the offset changes, to the millisecond; it is looked for once. */
  const changeIn = (span: number): number => {
    const known = changes.get(span);
    if (known !== undefined) return known;
    let [before, after] = [span * SPAN_MS, (span + 1) * SPAN_MS];
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (exact(middle) === cached(span)) before = middle;
      else after = middle;
    }
    changes.set(span, after);
    return after;
  };
  return (instantMs) => {
    const span = Math.floor(instantMs / SPAN_MS);
    const [offset, next] = [cached(span), cached(span + 1)];
    return offset === next || instantMs < changeIn(span) ? offset : next;
  };
}

/**
 * The instant, in milliseconds since 1970, at which the clock of a time zone shows a time. One that is shown twice is
 * meant the first time; one that is skipped is moved on by what is skipped.
 * @param wallMs the time shown, as if it were UTC, in milliseconds since 1970
 * @param timeZone a name of the tz database; `null` is the machine's
 */
export function instantOfWallClock(wallMs: number, timeZone: string | null): number {
  const offsetAt = clockOffsets(timeZone);
  const before = offsetAt(wallMs - DAY_MS);
  const after = offsetAt(wallMs + DAY_MS);
  const shown = [wallMs - before, wallMs - after].filter((instant) => instant + offsetAt(instant) === wallMs);
  return shown.length === 0 ? wallMs - before : Math.min(...shown);
}

/** The calendar day of an instant in the machine's time zone, `YYYY-MM-DD`. */
export function localDay(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
