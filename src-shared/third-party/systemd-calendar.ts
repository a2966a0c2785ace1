import { weekdayNumber } from '../words/weekdays.ts';
import { ALL_WEEKDAYS, numbers, scheduleOfFields } from './calendar-fields.ts';
import type { ReadSchedule } from './cron-line.ts';

/** What an expression of systemd says, with its time zone and what is left out of it. */
export type ReadCalendar = ({ timeZone: string | null; note: string | null } & ReadSchedule) | { problem: string };

const SHORTHANDS: Record<string, string> = {
  minutely: '*-*-* *:*:00',
  hourly: '*-*-* *:00:00',
  daily: '*-*-* 00:00:00',
  weekly: 'Mon *-*-* 00:00:00',
  monthly: '*-*-01 00:00:00',
  quarterly: '*-01,04,07,10-01 00:00:00',
  semiannually: '*-01,07-01 00:00:00',
  yearly: '*-01-01 00:00:00',
  annually: '*-01-01 00:00:00',
};
const WEEKDAY = /^(mon(day)?|tue(s|sday)?|wed(nesday)?|thu(r|rs|rsday)?|fri(day)?|sat(urday)?|sun(day)?)$/i;
const TIME_ZONE = /^([A-Z]{3,4}|[A-Za-z]+(\/[A-Za-z0-9_+-]+)+)$/;

class Unreadable extends Error {}

/** Reads `OnCalendar=` of a systemd timer: `Mon..Fri *-*-* 02:00`, `*:0/15`, `weekly Europe/Berlin`, … */
export function readSystemdCalendar(text: string): ReadCalendar {
  try {
    const joined = text.split(',').map((part) => part.trim());
    const words = joined.join(',').trim().split(/\s+/);
    const zone = words.length > 1 && TIME_ZONE.test(words.at(-1) ?? '') ? words.pop() : undefined;
    const name = words.length === 1 ? (words[0] ?? '').toLowerCase() : '';
    const expanded = (Object.hasOwn(SHORTHANDS, name) ? SHORTHANDS[name] : undefined)?.split(' ') ?? words;
    return { timeZone: zone ?? null, ...readWords(expanded) };
  } catch (error) {
    if (error instanceof Unreadable) return { problem: error.message };
    throw error;
  }
}

function readWords(words: readonly string[]): ReadSchedule & { note: string | null } {
  const left = [...words];
  const weekdays = /^[A-Za-z]/.test(left[0] ?? '') ? readWeekdays(left.shift() ?? '') : ALL_WEEKDAYS;
  const date = /[-~]/.test(left[0] ?? '') ? left.shift() : undefined;
  const time = left[0]?.includes(':') === true ? left.shift() : undefined;
  if (left.length > 0 || words.join('') === '') throw new Unreadable(`Not a systemd time: “${words.join(' ')}”.`);
  const { months, days } = readDate(date ?? '*-*-*');
  const { hours, minutes, note } = readTime(time ?? '00:00:00');
  const schedule = scheduleOfFields({ minutes, hours, days, months, weekdays });
  if (schedule === null)
    throw new Unreadable('Its times cannot be expressed as a schedule. Choose a similar schedule.');
  return { schedule, note };
}

function readWeekdays(text: string): number[] {
  const found = new Set<number>();
  for (const item of text.replace(/,$/, '').split(',')) {
    const [start = '', end = start] = item.split(/\.\.|-/);
    if (!WEEKDAY.test(start) || !WEEKDAY.test(end)) throw new Unreadable(`Not a day of the week: “${item}”.`);
    const from = weekdayNumber(start);
    const to = weekdayNumber(end);
    // A range may go over the end of the week.
    for (const day of from <= to ? numbers(from, to) : [...numbers(from, 7), ...numbers(1, to)]) found.add(day);
  }
  return [...found].sort((a, b) => a - b);
}

function readDate(text: string): { months: number[]; days: number[] | 'last' } {
  const [, yearPart = '*', month = '', separator = '', day = ''] =
    /^(?:(.+?)-)?([^-~]+)([-~])([^-~]+)$/.exec(text) ?? [];
  if (month === '') throw new Unreadable(`Not a date: “${text}”.`);
  if (yearPart !== '*') throw new Unreadable('It runs only in certain years, which is not supported.');
  const months = readList(month, 1, 12, 'month');
  if (separator === '-') return { months, days: readList(day, 1, 31, 'day') };
  if (!/^0?1(\/1)?$/.test(day))
    throw new Unreadable('It counts days from the end of the month; only the last day is supported.');
  return { months, days: 'last' };
}

function readTime(text: string): { hours: number[]; minutes: number[]; note: string | null } {
  const [hour = '', minute = '', second = '00', ...more] = text.split(':');
  if (more.length > 0) throw new Unreadable(`Not a time of day: “${text}”.`);
  if (!/^\d{1,2}(\.0+)?$/.test(second) || Number(second) > 59)
    throw new Unreadable('It runs more than once a minute or at certain seconds; schedules are precise to the minute.');
  return {
    hours: readList(hour, 0, 23, 'hour'),
    minutes: readList(minute, 0, 59, 'minute'),
    note:
      Number(second) === 0
        ? null
        : `It started ${Number(second)} seconds after the minute; here it starts on the minute.`,
  };
}

function readList(text: string, from: number, to: number, name: string): number[] {
  const found = new Set<number>();
  for (const item of text.split(',')) {
    const [, range = '', step] = /^(\*|\d{1,2}|\d{1,2}\.\.\d{1,2})(?:\/(\d{1,2}))?$/.exec(item) ?? [];
    const [startText = '', endText] = range === '*' ? [`${from}`, `${to}`] : range.split('..');
    const start = startText === '' ? Number.NaN : Number(startText);
    const end = endText === undefined ? (step === undefined ? start : to) : Number(endText);
    if (!(start >= from && start <= end && end <= to) || step === '0')
      throw new Unreadable(`Not a ${name}: “${item.slice(0, 20)}”. Use ${from} to ${to}.`);
    for (const number of numbers(start, end, Number(step ?? 1))) found.add(number);
  }
  if (found.size === 0) throw new Unreadable(`A ${name} is missing.`);
  return [...found].sort((a, b) => a - b);
}

const UNITS: Array<[pattern: RegExp, seconds: number]> = [
  [/^(seconds?|sec|s)?$/, 1],
  [/^(minutes?|min|m)$/, 60],
  [/^(hours?|hr|h)$/, 3600],
  [/^(days?|d)$/, 86_400],
  [/^(weeks?|w)$/, 604_800],
  [/^(months?|M)$/, 2_629_800],
  [/^(years?|y)$/, 31_557_600],
];

/** Reads a time span of systemd such as `1d`, `12h 30min` or `86400` as an interval of whole hours. */
export function readTimeSpan(text: string): ReadSchedule {
  const parts = [...text.trim().matchAll(/(\d+)\s*([A-Za-z]*)\s*/g)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== text.trim())
    return { problem: `Not a systemd time span: “${text.trim().slice(0, 40)}”.` };
  let seconds = 0;
  for (const [, amount, unit = ''] of parts) {
    const factor = UNITS.find(([pattern]) => pattern.test(unit))?.[1];
    if (factor === undefined) return { problem: `Not a unit of time: “${unit}”.` };
    seconds += Number(amount) * factor;
  }
  const hours = seconds / 3600;
  if (!Number.isInteger(hours) || hours < 1 || hours > 8760)
    return { problem: 'Intervals are whole hours, from one hour to a year. Choose a similar interval.' };
  return { schedule: { kind: 'interval', hours } };
}
