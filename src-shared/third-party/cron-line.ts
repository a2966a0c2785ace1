import type { Schedule } from '../model/schedule.ts';
import {
  ALL_DAYS,
  ALL_WEEKDAYS,
  type CalendarFields,
  cronList,
  cronSchedule,
  cronWeekdays,
  numbers,
  simpleSchedule,
} from './calendar-fields.ts';

/** A schedule, or why there is none, as a sentence. */
export type ReadSchedule = { schedule: Schedule } | { problem: string };

const NAMED: Record<string, string> = {
  yearly: '0 0 1 1 *',
  annually: '0 0 1 1 *',
  monthly: '0 0 1 * *',
  weekly: '0 0 * * 0',
  daily: '0 0 * * *',
  midnight: '0 0 * * *',
  hourly: '0 * * * *',
};

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** A field as cron has it: what it is called, from which number to which, and the names of its numbers. */
interface Field {
  name: string;
  from: number;
  to: number;
  names: readonly string[];
}

const FIELDS: readonly Field[] = [
  { name: 'minute', from: 0, to: 59, names: [] },
  { name: 'hour', from: 0, to: 23, names: [] },
  { name: 'day of the month', from: 1, to: 31, names: [] },
  { name: 'month', from: 1, to: 12, names: MONTHS },
  // 7 is Sunday as well.
  { name: 'day of the week', from: 0, to: 7, names: WEEKDAYS },
];

class FieldFault extends Error {}

/** Reads `@daily` and its like. */
export function readNamedTime(name: string): ReadSchedule {
  if (name === 'reboot') return { problem: 'It runs when the machine starts, not at a time. Choose a schedule.' };
  const expression = Object.hasOwn(NAMED, name) ? NAMED[name] : undefined;
  return expression === undefined
    ? { problem: `Unknown cron time: “@${name}”.` }
    : readCronFields(expression.split(' '));
}

/**
 * Reads the five fields of a line of a crontab as Vixie's cron does: days of the month and of the week are met by
 * either, unless one of the two fields begins with `*`; then both must be met.
 */
export function readCronFields(given: readonly string[]): ReadSchedule {
  try {
    const [minutes = [], hours = [], days = [], months = [], counted = []] = FIELDS.map((field, index) =>
      readField(given[index] ?? '', field),
    );
    const weekdays = [...new Set(counted.map((day) => (day === 0 ? 7 : day)))].sort((a, b) => a - b);
    const both = given[2]?.startsWith('*') === true || given[4]?.startsWith('*') === true;
    return scheduleOf({ minutes, hours, days, months, weekdays }, given, both);
  } catch (error) {
    if (error instanceof FieldFault) return { problem: error.message };
    throw error;
  }
}

function scheduleOf(
  fields: CalendarFields & { days: readonly number[] },
  given: readonly string[],
  both: boolean,
): ReadSchedule {
  const everyDay = fields.days.length === ALL_DAYS.length;
  const everyWeekday = fields.weekdays.length === ALL_WEEKDAYS.length;
  const restricted = !everyDay && !everyWeekday;
  if (restricted && both)
    return {
      problem: 'It runs on days that match both day fields, which is not supported. Choose one of the two.',
    };
  // One field with all the days makes the other one count for nothing where either will do.
  const either = !both && !restricted;
  const effective = either ? { ...fields, days: ALL_DAYS, weekdays: ALL_WEEKDAYS } : fields;
  const simple = restricted ? null : simpleSchedule(effective);
  if (simple !== null) return { schedule: simple };
  // What begins with a star stays a step: around daylight saving such a line goes on as the hours pass.
  const field = (index: number, list: readonly number[], from: number, to: number): string =>
    cronList(list, from, to, given[index]?.startsWith('*') === true);
  const expression = [
    field(0, fields.minutes, 0, 59),
    field(1, fields.hours, 0, 23),
    either || everyDay ? '*' : field(2, fields.days, 1, 31),
    field(3, fields.months, 1, 12),
    either || everyWeekday ? '*' : field(4, cronWeekdays(fields.weekdays), 0, 6),
  ].join(' ');
  const schedule = cronSchedule(expression);
  return schedule === null
    ? { problem: 'It has too many times for one schedule. Split them into two plans.' }
    : { schedule };
}

function readField(text: string, field: Field): number[] {
  const found = new Set(text.split(',').flatMap((item) => readItem(item, field)));
  return [...found].sort((a, b) => a - b);
}

function readItem(item: string, field: Field): number[] {
  if (item.includes('~')) throw new FieldFault(`The ${field.name} “${item}” is random, which is not supported.`);
  const [, range = '', stepText] = /^([^/]+)(?:\/(\d+))?$/.exec(item) ?? [];
  const step = stepText === undefined ? 1 : Number(stepText);
  const [start = '', end] =
    range === '*' ? [`${field.from}`, `${field.name.endsWith('week') ? 6 : field.to}`] : range.split('-');
  const from = readNumber(start, field);
  const to = end === undefined ? from : readNumber(end, field);
  if (range === '' || step < 1 || range.split('-').length > 2) throw unreadable(item, field);
  if (from > to) throw new FieldFault(`The ${field.name} “${item}” ends before it begins.`);
  if (end === undefined && stepText !== undefined)
    throw new FieldFault(
      `The ${field.name} “${item}” is ambiguous between cron versions. Write a range before the step.`,
    );
  return numbers(from, to, step);
}

function readNumber(text: string, field: Field): number {
  const named = field.names.indexOf(text.toLowerCase());
  const number = named < 0 ? (/^\d{1,2}$/.test(text) ? Number(text) : Number.NaN) : named + (field.from === 0 ? 0 : 1);
  if (!(number >= field.from && number <= field.to)) throw unreadable(text, field);
  return number;
}

const unreadable = (text: string, { name, from, to }: Field): FieldFault =>
  new FieldFault(`Not a ${name}: “${/^[\w*/-]{0,12}$/.test(text) ? text : '…'}”. Use ${from} to ${to}.`);
