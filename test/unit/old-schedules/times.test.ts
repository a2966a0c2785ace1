import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cronInWords, scheduledTimesOf } from '../../../src-main/core/schedule/calendar-times.ts';
import type { Schedule } from '../../../src-shared/model/schedule.ts';
import { readCronFields, readNamedTime } from '../../../src-shared/third-party/cron-line.ts';
import { readSystemdCalendar, readTimeSpan } from '../../../src-shared/third-party/systemd-calendar.ts';

const MINUTE = 60_000;
const START = Date.UTC(2024, 1, 1);
const END = Date.UTC(2024, 3, 1);

const cron = (line: string) => readCronFields(line.split(' '));
const scheduledTimesIn = (schedule: Schedule, zone = 'UTC'): number[] => {
  const found: number[] = [];
  const scheduledTimes = scheduledTimesOf(schedule, zone, START);
  for (let at = scheduledTimes.after(START - 1); at !== null && at < END; at = scheduledTimes.after(at)) found.push(at);
  return found;
};

/** One field and the numbers it means, made together, so that nothing of the reader is needed to know them. */
interface Field {
  text: string;
  numbers: number[];
}

const span = (from: number, to: number, step = 1): number[] =>
  Array.from({ length: to - from + 1 }, (_, n) => from + n).filter((n) => (n - from) % step === 0);

function field(from: number, to: number, names: readonly string[] = []): fc.Arbitrary<Field> {
  const number = fc.integer({ min: from, max: to });
  const name = (n: number): string => names[n - from] ?? `${n}`;
  const single = fc.tuple(number, fc.boolean()).map(([n, named]) => ({ text: named ? name(n) : `${n}`, numbers: [n] }));
  const range = fc.tuple(number, number, fc.integer({ min: 1, max: 9 })).map(([a, b, step]) => {
    const [low, high] = [Math.min(a, b), Math.max(a, b)];
    return { text: `${low}-${high}${step === 1 ? '' : `/${step}`}`, numbers: span(low, high, step) };
  });
  const stepped = fc.integer({ min: 2, max: 20 }).map((step) => ({ text: `*/${step}`, numbers: span(from, to, step) }));
  const all = fc.constant({ text: '*', numbers: span(from, to) });
  const list = fc.array(fc.oneof(single, range), { minLength: 2, maxLength: 3 }).map((items) => ({
    text: items.map(({ text }) => text).join(','),
    numbers: items.flatMap(({ numbers }) => numbers),
  }));
  return fc.oneof({ weight: 3, arbitrary: single }, { weight: 4, arbitrary: all }, range, stepped, list);
}

/** More scheduled times than these take long to count and show nothing new. */
const MANY = 400;

/** The minutes of the two months that fields name, found by looking at each. */
function minutesOf(onDay: (now: Date) => boolean, [minute, hour, month]: [Field, Field, Field]): number[] {
  const found: number[] = [];
  for (let at = START; at < END; at += MINUTE) {
    const now = new Date(at);
    if (!minute.numbers.includes(now.getUTCMinutes()) || !hour.numbers.includes(now.getUTCHours())) continue;
    if (month.numbers.includes(now.getUTCMonth() + 1) && onDay(now)) found.push(at);
  }
  return found;
}

const MONTHS = ['Jan', 'FEB', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['SUN', 'mon', 'Tue', 'wed', 'thu', 'fri', 'sat'];

describe('lines of cron', () => {
  test.each([
    ['0 2 * * *', { kind: 'daily', time: '02:00' }],
    ['00 02 * * 0-6', { kind: 'daily', time: '02:00' }],
    ['5 14 * * Mon,wed', { kind: 'weekly', days: [1, 3], time: '14:05' }],
    ['5 14 * * 7', { kind: 'weekly', days: [7], time: '14:05' }],
    ['5 14 * * 5-7', { kind: 'weekly', days: [5, 6, 7], time: '14:05' }],
    ['0 2 1 * *', { kind: 'monthly', day: 1, time: '02:00' }],
    ['0 2 29 * *', { kind: 'cron', expression: '0 2 29 * *' }],
    ['0 2 1 * 1', { kind: 'cron', expression: '0 2 1 * 1' }],
    ['*/15 * * * *', { kind: 'cron', expression: '*/15 * * * *' }],
    ['0 2 1-31 * *', { kind: 'daily', time: '02:00' }],
    ['0 2 * 1-12 MON', { kind: 'weekly', days: [1], time: '02:00' }],
  ])('%s', (line, schedule) => {
    expect(cron(line)).toEqual({ schedule });
  });

  test.each([
    ['60 2 * * *', 'Not a minute: “60”. Use 0 to 59.'],
    ['0 24 * * *', 'Not a hour: “24”. Use 0 to 23.'],
    ['0 2 0 * *', 'Not a day of the month: “0”. Use 1 to 31.'],
    ['0 2 * 13 *', 'Not a month: “13”. Use 1 to 12.'],
    ['0 2 * * 8', 'Not a day of the week: “8”. Use 0 to 7.'],
    ['0 2 * * fre', 'Not a day of the week: “fre”. Use 0 to 7.'],
    ['0 9-5 * * *', 'The hour “9-5” ends before it begins.'],
    ['5/10 * * * *', 'The minute “5/10” is ambiguous between cron versions. Write a range before the step.'],
    ['0~59 * * * *', 'The minute “0~59” is random, which is not supported.'],
    ['*/0 * * * *', 'Not a minute: “*/0”. Use 0 to 59.'],
    ['1,,2 * * * *', 'Not a minute: “”. Use 0 to 59.'],
    ['0 2 */2 * 1', expect.stringContaining('both day fields')],
  ])('%s cannot be read', (line, problem) => {
    expect(cron(line)).toEqual({ problem });
  });

  test('named times', () => {
    expect(readNamedTime('daily')).toEqual({ schedule: { kind: 'daily', time: '00:00' } });
    expect(readNamedTime('midnight')).toEqual(readNamedTime('daily'));
    expect(readNamedTime('weekly')).toEqual({ schedule: { kind: 'weekly', days: [7], time: '00:00' } });
    expect(readNamedTime('monthly')).toEqual({ schedule: { kind: 'monthly', day: 1, time: '00:00' } });
    expect(readNamedTime('hourly')).toEqual({ schedule: { kind: 'cron', expression: '0 * * * *' } });
    expect(readNamedTime('yearly')).toEqual({ schedule: { kind: 'cron', expression: '0 0 1 1 *' } });
    expect(readNamedTime('reboot')).toEqual({ problem: expect.stringContaining('starts') });
    expect(readNamedTime('constructor')).toEqual({ problem: expect.any(String) });
  });

  test('the scheduled times of what was read are the minutes that the line names, over two months', () => {
    fc.assert(
      fc.property(
        field(0, 59),
        field(0, 23),
        field(1, 31),
        field(1, 12, MONTHS),
        field(0, 6, DAYS),
        (minute, hour, day, month, weekday) => {
          const texts = [minute, hour, day, month, weekday].map(({ text }) => text);
          const read = readCronFields(texts);
          if ('problem' in read) {
            expect(read.problem).toMatch(/both day fields|too many/);
            return;
          }
          const either = !day.text.startsWith('*') && !weekday.text.startsWith('*');
          const expected = minutesOf(
            (now) => {
              const onDay = day.numbers.includes(now.getUTCDate());
              const onWeekday = weekday.numbers.includes(now.getUTCDay());
              return either ? onDay || onWeekday : onDay && onWeekday;
            },
            [minute, hour, month],
          );
          // A day that no month of the schedule has is refused when it is set.
          fc.pre(expected.length > 0 && expected.length < MANY);
          expect(scheduledTimesIn(read.schedule)).toEqual(expected);
          if (read.schedule.kind === 'cron') expect(cronInWords(read.schedule.expression)).not.toBe('');
        },
      ),
      { numRuns: 120 },
    );
  });

  test('and those of the line itself in a time zone, around daylight saving too', () => {
    const simple = fc.oneof(
      fc.tuple(fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 23 })).map(([m, h]) => `${m} ${h} * * *`),
      fc
        .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom('1-5', 'sun', '0,3', '6-7'))
        .map(([h, d]) => `0 ${h} * * ${d}`),
      fc.integer({ min: 3, max: 12 }).map((step) => `0 */${step} * * *`),
      fc.integer({ min: 1, max: 31 }).map((day) => `30 2 ${day} * *`),
    );
    fc.assert(
      fc.property(simple, fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'), (line, zone) => {
        const read = cron(line);
        if ('problem' in read) throw new Error(read.problem);
        expect(scheduledTimesIn(read.schedule, zone)).toEqual(
          scheduledTimesIn({ kind: 'cron', expression: line }, zone),
        );
      }),
      { numRuns: 25 },
    );
  });
});

describe('OnCalendar', () => {
  test.each([
    ['daily', { kind: 'daily', time: '00:00' }],
    ['weekly', { kind: 'weekly', days: [1], time: '00:00' }],
    ['monthly', { kind: 'monthly', day: 1, time: '00:00' }],
    ['hourly', { kind: 'cron', expression: '0 * * * *' }],
    ['minutely', { kind: 'cron', expression: '* * * * *' }],
    ['quarterly', { kind: 'cron', expression: '0 0 1 */3 *' }],
    ['yearly', { kind: 'cron', expression: '0 0 1 1 *' }],
    ['*-*-* 02:00:00', { kind: 'daily', time: '02:00' }],
    ['02:30', { kind: 'daily', time: '02:30' }],
    ['Mon *-*-* 02:00:00', { kind: 'weekly', days: [1], time: '02:00' }],
    ['Sat,Sun 4:05', { kind: 'weekly', days: [6, 7], time: '04:05' }],
    ['Mon..Fri 22:00', { kind: 'weekly', days: [1, 2, 3, 4, 5], time: '22:00' }],
    ['Sat..Mon 22:00', { kind: 'weekly', days: [1, 6, 7], time: '22:00' }],
    ['Sunday', { kind: 'weekly', days: [7], time: '00:00' }],
    ['*-*-01 02:00', { kind: 'monthly', day: 1, time: '02:00' }],
    ['*-*~01 02:00', { kind: 'monthly', day: 'last', time: '02:00' }],
    ['*-*-31 02:00', { kind: 'cron', expression: '0 2 31 * *' }],
    ['*:0/15', { kind: 'cron', expression: '*/15 * * * *' }],
    ['*-*-* 00/6:00:00', { kind: 'cron', expression: '0 */6 * * *' }],
    ['*-*-* 8..18/2:30', { kind: 'cron', expression: '30 8,10,12,14,16,18 * * *' }],
    ['Mon *-*-1..7 02:00', { kind: 'cron', expression: '0 2 * * 1#1' }],
    ['Sun *-*-15..21 02:00', { kind: 'cron', expression: '0 2 * * 0#3' }],
    ['*-1,7-1', { kind: 'cron', expression: '0 0 1 1,7 *' }],
    ['05-03 12:00', { kind: 'cron', expression: '0 12 3 5 *' }],
  ])('%s', (text, schedule) => {
    expect(readSystemdCalendar(text)).toMatchObject({ schedule, timeZone: null, note: null });
  });

  test('time zones and seconds', () => {
    expect(readSystemdCalendar('*-*-* 02:00 Europe/Berlin')).toMatchObject({ timeZone: 'Europe/Berlin' });
    expect(readSystemdCalendar('daily UTC')).toMatchObject({ timeZone: 'UTC', schedule: { kind: 'daily' } });
    expect(readSystemdCalendar('02:00:30')).toMatchObject({ note: expect.stringContaining('30 seconds') });
  });

  test.each([
    '',
    'sometimes',
    'Mon Tue 02:00',
    '2027-*-* 02:00',
    '*-*-* 25:00',
    '*-*-32',
    '*-*~03',
    '*:*:0/10',
    'Mon *-*-2..8 02:00',
    'Mon,Tue *-*-1..7 02:00',
    '*-*-* 2:00:00:00',
    '*:60',
    '*:0/0',
  ])('%j cannot be read', (text) => {
    expect(readSystemdCalendar(text)).toEqual({ problem: expect.stringMatching(/\.$/) });
  });

  test('the scheduled times of what was read are the minutes that it names', () => {
    const number = (from: number, to: number) => fc.integer({ min: from, max: to });
    const list = (from: number, to: number): fc.Arbitrary<Field> =>
      fc.oneof(
        fc.constant({ text: '*', numbers: span(from, to) }),
        number(from, to).map((n) => ({ text: `${n}`.padStart(2, '0'), numbers: [n] })),
        fc
          .tuple(number(from, to), number(1, 20))
          .map(([n, step]) => ({ text: `${n}/${step}`, numbers: span(n, to, step) })),
        fc.tuple(number(from, to), number(from, to)).map(([a, b]) => ({
          text: `${Math.min(a, b)}..${Math.max(a, b)}`,
          numbers: span(Math.min(a, b), Math.max(a, b)),
        })),
      );
    const days = fc.oneof(
      fc.constant({ text: '', numbers: span(0, 6) }),
      fc.uniqueArray(number(0, 6), { minLength: 1, maxLength: 4 }).map((all) => ({
        text: `${all.map((n) => DAYS[n]).join(',')} `,
        numbers: all,
      })),
    );
    fc.assert(
      fc.property(days, list(1, 31), list(0, 23), list(0, 59), (weekday, day, hour, minute) => {
        const read = readSystemdCalendar(`${weekday.text}*-*-${day.text} ${hour.text}:${minute.text}`);
        if ('problem' in read) {
          expect(read.problem).toContain('cannot be expressed');
          return;
        }
        const expected = minutesOf(
          (now) => day.numbers.includes(now.getUTCDate()) && weekday.numbers.includes(now.getUTCDay()),
          [minute, hour, { text: '*', numbers: span(1, 12) }],
        );
        fc.pre(expected.length < MANY);
        expect(scheduledTimesIn(read.schedule)).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });
});

test.each([
  ['1d', 24],
  ['24h', 24],
  ['1 week', 168],
  ['86400', 24],
  ['11h 60min', 12],
  ['1d12h', 36],
])('OnUnitActiveSec=%s is every %i hours', (text, hours) => {
  expect(readTimeSpan(text)).toEqual({ schedule: { kind: 'interval', hours } });
});

test.each(['15min', '90min', '2y', '', 'soon', '1 fortnight', '0'])('OnUnitActiveSec=%s cannot be read', (text) => {
  expect(readTimeSpan(text)).toEqual({ problem: expect.any(String) });
});
