import { Schedule } from '../model/schedule.ts';

/** Which times of which days are meant; each list is sorted, and days are those that are in both lists. */
export interface CalendarFields {
  /** 0 to 59 */
  minutes: readonly number[];
  /** 0 to 23 */
  hours: readonly number[];
  /** 1 to 31; `last` is the last of each month. */
  days: readonly number[] | 'last';
  /** 1 to 12 */
  months: readonly number[];
  /** 1 is Monday, 7 is Sunday. */
  weekdays: readonly number[];
}

/** The numbers from one to another. */
export function numbers(from: number, to: number, step = 1): number[] {
  return Array.from({ length: Math.max(0, Math.floor((to - from) / step) + 1) }, (_, index) => from + index * step);
}

/** The days of a month, the months and the weekdays when none is left out. */
export const ALL_DAYS: readonly number[] = numbers(1, 31);
export const ALL_MONTHS: readonly number[] = numbers(1, 12);
export const ALL_WEEKDAYS: readonly number[] = numbers(1, 7);

const isAll = (list: readonly number[], all: readonly number[]): boolean => list.length === all.length;

/** Daily, weekly or monthly where the times are just that; `null` where it takes a cron expression. */
export function simpleSchedule({ minutes, hours, days, months, weekdays }: CalendarFields): Schedule | null {
  const [minute] = minutes;
  const [hour] = hours;
  if (minute === undefined || hour === undefined || minutes.length + hours.length > 2) return null;
  if (!isAll(months, ALL_MONTHS)) return null;
  const time = `${pad(hour)}:${pad(minute)}`;
  const everyWeekday = isAll(weekdays, ALL_WEEKDAYS);
  if (days === 'last') return everyWeekday ? { kind: 'monthly', day: 'last', time } : null;
  if (isAll(days, ALL_DAYS))
    return everyWeekday ? { kind: 'daily', time } : { kind: 'weekly', days: [...weekdays], time };
  const [day = 0] = days;
  return everyWeekday && days.length === 1 && day <= 28 ? { kind: 'monthly', day, time } : null;
}

/** The schedule of these times; `null` when no cron expression can say it. */
export function scheduleOfFields(fields: CalendarFields): Schedule | null {
  const simple = simpleSchedule(fields);
  if (simple !== null) return simple;
  const days = cronDays(fields);
  if (days === null) return null;
  const [day, weekday] = days;
  return cronSchedule(
    [listed(fields.minutes, 0, 59), listed(fields.hours, 0, 23), day, listed(fields.months, 1, 12), weekday].join(' '),
  );
}

/** Two numbers are plainer than a step. */
const listed = (list: readonly number[], from: number, to: number): string => cronList(list, from, to, list.length > 2);

/** A cron expression as a schedule; `null` when it is longer than a schedule may be. */
export function cronSchedule(expression: string): Schedule | null {
  return Schedule.safeParse({ kind: 'cron', expression }).data ?? null;
}

/**
 * The fields of days: a cron expression with both takes days that are in either, so days in both can only be said where
 * they are a certain weekday of the month: those of the first seven days are the first of their kind.
 */
function cronDays({ days, weekdays }: CalendarFields): [day: string, weekday: string] | null {
  const everyWeekday = isAll(weekdays, ALL_WEEKDAYS);
  if (days === 'last') return everyWeekday ? ['L', '*'] : null;
  const sundayFirst = cronWeekdays(weekdays);
  if (isAll(days, ALL_DAYS)) return ['*', listed(sundayFirst, 0, 6)];
  if (everyWeekday) return [listed(days, 1, 31), '*'];
  const [first = 0] = days;
  const nth = (first + 6) / 7;
  const wholeWeek = days.length === 7 && days.every((day, index) => day === first + index);
  if (!wholeWeek || !Number.isInteger(nth) || sundayFirst.length !== 1) return null;
  return ['*', `${sundayFirst[0]}#${nth}`];
}

/**
 * A sorted list of numbers as a field of a cron expression: `*`, `1-5`, `1,3,7-9`.
 * @param stepped written with a step where it can be, which goes on as the hours pass around daylight saving
 */
export function cronList(list: readonly number[], from: number, to: number, stepped: boolean): string {
  if (list.length === to - from + 1) return '*';
  const [first = from, second = first] = list;
  const step = second - first;
  if (stepped && first === from && step > 1 && list.join() === numbers(from, to, step).join()) return `*/${step}`;
  const runs: Array<[number, number]> = [];
  for (const number of list) {
    const run = runs.at(-1);
    if (run?.[1] === number - 1) run[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([start, end]) => (start === end ? `${start}` : `${start}-${end}`)).join(',');
}

/** Days of the week as cron counts them, from Sunday as 0. */
export function cronWeekdays(weekdays: readonly number[]): number[] {
  return weekdays.map((day) => day % 7).sort((a, b) => a - b);
}

const pad = (number: number): string => `${number}`.padStart(2, '0');
