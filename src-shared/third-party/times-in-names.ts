import { instantOfWallClock } from '../schedule/local-calendar.ts';

/** A time as a name tells it. */
export interface NamedTime {
  /** What the clock showed, as `2024-01`, `2024-01-15`, `2024-01-15T14:30:22` or `2024-01-15T14:30:22.000`. */
  wallClock: string;
  precision: 'month' | 'day' | 'second' | 'millisecond';
  /** Whose clock: UTC, that of the machine that made the name, or one ahead of UTC by an offset such as `+02:00`. */
  clock: 'utc' | 'local' | `${'+' | '-'}${string}`;
  /** The name does not say whose clock it was; it is what the program does, or what is usual. */
  clockAssumed: boolean;
}

/** A time found in a text, and the text around it. */
export interface FoundTime {
  time: NamedTime;
  before: string;
  after: string;
}

// A year is 1970 to 2199. Digits before or after would make it part of a longer number.
const YEAR = String.raw`(?<!\d)(?<year>19[7-9]\d|2[01]\d\d)`;
const CLOCK = String.raw`(?<hour>\d\d)[:_.-]?(?<minute>\d\d)[:_.-]?(?<second>\d\d)(?!\d)`;
const FRACTION = String.raw`(?:[.,](?<fraction>\d{1,9})|-(?<millis>\d{3})(?=Z))?`;
const OFFSET = String.raw`(?<offset>Z|[+-]\d\d[:-]?\d\d(?!\d))?`;

/** What a time looks like in a name, the most telling first. */
const FORMS = [
  new RegExp(String.raw`${YEAR}(?<dash>[-_.]?)(?<month>\d\d)\k<dash>(?<day>\d\d)[Tt]${CLOCK}${FRACTION}${OFFSET}`),
  new RegExp(String.raw`${YEAR}(?<dash>[-_.]?)(?<month>\d\d)\k<dash>(?<day>\d\d)[-_. ]{1,2}${CLOCK}`),
  new RegExp(String.raw`${YEAR}(?<month>\d\d)(?<day>\d\d)${CLOCK}`),
  new RegExp(String.raw`${YEAR}(?<dash>[-_.]?)(?<month>\d\d)\k<dash>(?<day>\d\d)(?!\d)`),
];

/**
 * Finds the first time in a text that can be one: `2024-01-15`, `20240115`, `2024_01_15`, with `143022`, `14-30-22` or
 * `T14:30:22.000+02:00` after it. Dates that no calendar has, such as 30 February, are none; a time that no clock shows
 * leaves the date alone.
 * @param usualClock whose clock is meant where the text does not say
 */
export function findTime(text: string, usualClock: 'utc' | 'local'): FoundTime | null {
  for (const form of FORMS) {
    for (const match of text.matchAll(new RegExp(form, 'g'))) {
      const time = timeOf(match.groups ?? {}, usualClock);
      if (time === null) continue;
      return { time, before: text.slice(0, match.index), after: text.slice(match.index + match[0].length) };
    }
  }
  return null;
}

/** A time of month precision; `null` for a month that no year has. */
export function monthTime(year: string, month: string): NamedTime | null {
  if (!isDate(Number(year), Number(month), 1)) return null;
  return { wallClock: `${year}-${month}`, precision: 'month', clock: 'local', clockAssumed: true };
}

/**
 * The instant of a named time, as an ISO 8601 string in UTC: the start of a month or day whose time is not told.
 * @param timeZone of the machine that made the name, for local times; `null` is that of this machine
 */
export function instantOf({ wallClock, clock }: NamedTime, timeZone: string | null): string {
  const full = wallClock.length === 7 ? `${wallClock}-01` : wallClock;
  const wall = Date.parse(full.includes('T') ? `${full}Z` : `${full}T00:00:00Z`);
  if (clock === 'local') return new Date(instantOfWallClock(wall, timeZone)).toISOString();
  return new Date(wall - (clock === 'utc' ? 0 : offsetMinutes(clock) * 60_000)).toISOString();
}

function timeOf(groups: Partial<Record<string, string>>, usualClock: 'utc' | 'local'): NamedTime | null {
  const { year = '', month = '', day = '', hour, minute = '', second = '', fraction, millis, offset } = groups;
  if (!isDate(Number(year), Number(month), Number(day))) return null;
  const date = `${year}-${month}-${day}`;
  const usual = { clock: usualClock, clockAssumed: true };
  if (hour === undefined) return { wallClock: date, precision: 'day', ...usual };
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const part = (fraction ?? millis)?.slice(0, 3).padEnd(3, '0');
  return {
    wallClock: `${date}T${hour}:${minute}:${second}${part === undefined ? '' : `.${part}`}`,
    precision: part === undefined ? 'second' : 'millisecond',
    ...(clockOf(offset) ?? usual),
  };
}

function clockOf(offset: string | undefined): Pick<NamedTime, 'clock' | 'clockAssumed'> | null {
  if (offset === undefined) return null;
  if (offset === 'Z') return { clock: 'utc', clockAssumed: false };
  const [, sign = '+', hours = '', minutes = ''] = /^([+-])(\d\d)\D?(\d\d)$/.exec(offset) ?? [];
  if (Number(hours) > 14 || Number(minutes) > 59) return null;
  return { clock: `${sign === '-' ? '-' : '+'}${hours}:${minutes}`, clockAssumed: false };
}

function offsetMinutes(offset: string): number {
  const [hours = 0, minutes = 0] = offset.slice(1).split(':').map(Number);
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

/** Whether a calendar has this day. */
function isDate(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
