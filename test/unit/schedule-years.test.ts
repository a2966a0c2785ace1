import * as fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { scheduledTimesOf } from '../../src-main/core/schedule/calendar-times.ts';
import { begin, finish, followClock, mayStart, newState } from '../../src-main/core/schedule/schedule-state.ts';
import type { Run } from '../../src-shared/model/run.ts';
import type { Schedule } from '../../src-shared/model/schedule.ts';
import { CLOCK_GRACE_MS } from '../../src-shared/schedule/missed-times.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEARS = 10;
const START = Date.UTC(2026, 0, 1, 12, 34, 56);
const END = START + YEARS * 365.25 * DAY;
const ZONES = ['Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Cairo', 'America/Santiago', 'UTC'];

let tried = 0;
afterAll(() => process.stdout.write(`tried ${tried} scheduled times\n`));

/**
 * Ten years of a machine: it is looked at, it sleeps, its clock is set. `random` answers 0 up to 1. Answers what was
 * served, in order, and how far the clock has ever been.
 */
function live(schedule: Schedule, zone: string, random: () => number) {
  const scheduledTimes = scheduledTimesOf(schedule, zone, START);
  const served: Array<{ scheduledTime: number; scheduledTimes: number }> = [];
  let state = newState('', START);
  let now = START;
  let farthest = START;
  for (let run = 0; farthest < END; ) {
    state = followClock(state, now, scheduledTimes);
    if (mayStart(state, now)) {
      state = begin(state, `run-${run}`);
      if (state.serving)
        served.push({ scheduledTime: state.serving.scheduledTime, scheduledTimes: state.serving.scheduledTimes });
      // Nothing else comes of a scheduled time that is being served.
      expect(mayStart(followClock(state, now, scheduledTimes), now)).toBe(false);
      state = finish(state, { id: `run-${run++}`, state: 'succeeded' } as Run, now, false);
    }
    const dice = random();
    const next = scheduledTimes.after(now) ?? END;
    if (dice < 0.8) now = Math.max(now + 1, Math.min(END, next));
    else if (dice < 0.9) now += Math.ceil(random() * HOUR);
    else if (dice < 0.97) now += Math.ceil(random() * random() * 20 * DAY);
    else if (dice < 0.985) now += Math.ceil(random() * 3 * DAY);
    else now = Math.max(START, farthest - CLOCK_GRACE_MS, now - Math.ceil(random() * CLOCK_GRACE_MS));
    farthest = Math.max(farthest, now);
  }
  state = followClock(state, farthest, scheduledTimes);
  if (state.memory.due) served.push(state.memory.due);
  return { served, farthest };
}

/** Every instant in the ten years whose wall clock shows what `wanted` asks for; found without any of the rules. */
function wallTimes(zone: string, time: string, wanted: (day: Date) => boolean, until: number): number[] {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    hourCycle: 'h23',
    dateStyle: 'short',
    timeStyle: 'medium',
  });
  const shown = (instant: number): number => {
    const [day, month, year, hour, minute, second] = format.format(instant).split(/\D+/).map(Number);
    return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
  };
  const [hours, minutes] = time.split(':').map(Number);
  const found: number[] = [];
  for (let day = Date.UTC(2025, 11, 31); day < until + 2 * DAY; day += DAY) {
    if (!wanted(new Date(day))) continue;
    const wall = day + (hours ?? 0) * HOUR + (minutes ?? 0) * MINUTE;
    // The first instant at which the clock shows this time or, where it is skipped, any later one.
    let low = wall - 15 * HOUR;
    let high = wall + 15 * HOUR;
    while (high - low > MINUTE) {
      const middle = Math.floor((low + high) / 2 / MINUTE) * MINUTE;
      if (shown(middle) >= wall) high = middle;
      else low = middle;
    }
    // A clock that is set back shows a time twice, and the search may have met the second one.
    for (const back of [30 * MINUTE, HOUR, 2 * HOUR]) if (shown(high - back) === wall) high -= back;
    if (high > START && high <= until) found.push(high);
  }
  return found;
}

const weekday = (day: Date) => ((day.getUTCDay() + 6) % 7) + 1;
const lastOfMonth = (day: Date) => new Date(day.getTime() + DAY).getUTCDate() === 1;

const kinds: Array<[string, Schedule, (zone: string, until: number) => number[]]> = [
  ['every hour', { kind: 'interval', hours: 1 }, (_zone, until) => every(HOUR, until)],
  ['every 7 hours', { kind: 'interval', hours: 7 }, (_zone, until) => every(7 * HOUR, until)],
  ['daily', { kind: 'daily', time: '02:30' }, (zone, until) => wallTimes(zone, '02:30', () => true, until)],
  ['daily at midnight', { kind: 'daily', time: '00:00' }, (zone, until) => wallTimes(zone, '00:00', () => true, until)],
  [
    'weekly',
    { kind: 'weekly', days: [7, 3], time: '01:15' },
    (zone, until) => wallTimes(zone, '01:15', (day) => [3, 7].includes(weekday(day)), until),
  ],
  [
    'monthly',
    { kind: 'monthly', day: 'last', time: '02:00' },
    (zone, until) => wallTimes(zone, '02:00', lastOfMonth, until),
  ],
  [
    'cron',
    { kind: 'cron', expression: '15 2,14 * * *' },
    (zone, until) =>
      [...wallTimes(zone, '02:15', () => true, until), ...wallTimes(zone, '14:15', () => true, until)].sort(
        (a, b) => a - b,
      ),
  ],
];

function every(interval: number, until: number): number[] {
  return Array.from({ length: Math.floor((until - START) / interval) }, (_, n) => START + (n + 1) * interval);
}

test.each(kinds)(
  '%s: ten years of sleep, clock jumps and daylight saving serve each scheduled time once or fold it into one',
  (_name, schedule, expected) => {
    fc.assert(
      fc.property(fc.constantFrom(...ZONES), fc.integer(), (zone, seed) => {
        const { served, farthest } = live(schedule, zone, seeded(seed));
        const scheduledTimes = expected(zone, farthest);
        // Each served scheduled time is a real one, they only go forward, and between two of them lie just those it folds.
        let from = 0;
        for (const { scheduledTime, scheduledTimes: folded } of served) {
          const index = scheduledTimes.indexOf(scheduledTime, from);
          expect(index, `${new Date(scheduledTime).toISOString()} in ${zone}`).toBeGreaterThanOrEqual(from);
          expect(folded).toBe(Math.min(1000, index - from + 1));
          from = index + 1;
        }
        expect(from, zone).toBe(scheduledTimes.length);
        tried += scheduledTimes.length;
      }),
      { numRuns: 2 },
    );
  },
);

test('a clock that was a year ahead does not keep a plan silent for a year', () => {
  const schedule: Schedule = { kind: 'daily', time: '03:00' };
  const scheduledTimes = scheduledTimesOf(schedule, 'UTC', START);
  let state = followClock(newState('', START), START + 365 * DAY, scheduledTimes);
  state = finish(begin(state, 'run'), { id: 'run', state: 'succeeded' } as Run, START, false);
  state = followClock(state, START + DAY, scheduledTimes);
  expect(mayStart(state, START + DAY)).toBe(false);
  state = followClock(state, START + 2 * DAY, scheduledTimes);
  expect(mayStart(state, START + 2 * DAY)).toBe(true);
});

test.each([1, 5, 6.9, 400])(
  'a clock that was %d days ahead for a moment: what was put off is due, and scheduled times go on from now',
  (days) => {
    const scheduledTimes = scheduledTimesOf({ kind: 'daily', time: '03:00' }, 'UTC', START);
    const ahead = START + days * DAY;
    let state = followClock(newState('', START), ahead, scheduledTimes);
    state = finish(begin(state, 'run'), { id: 'run', state: 'succeeded' } as Run, ahead, false);
    for (let hour = 0; hour < 24; hour++) state = followClock(state, START + hour * HOUR, scheduledTimes);
    expect(mayStart(state, START + DAY)).toBe(true);
    expect(state.memory.due?.scheduledTime).toBeLessThan(START + DAY);
  },
);

function seeded(seed: number): () => number {
  let value = seed >>> 0 || 1;
  return () => {
    // xorshift32
    value ^= value << 13;
    value >>>= 0;
    value ^= value >>> 17;
    value ^= value << 5;
    value >>>= 0;
    return value / 2 ** 32;
  };
}
