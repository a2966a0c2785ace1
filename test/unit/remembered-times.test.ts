import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { scheduledTimesOf } from '../../src-main/core/schedule/calendar-times.ts';
import type { Schedule } from '../../src-shared/model/schedule.ts';
import { rememberTimes } from '../../src-shared/schedule/remembered-times.ts';

const START = Date.UTC(2026, 2, 1);
const HOUR = 3_600_000;
const schedules: Schedule[] = [
  { kind: 'manual' },
  { kind: 'interval', hours: 7 },
  { kind: 'daily', time: '02:30' },
  { kind: 'weekly', days: [1, 5], time: '03:00' },
  { kind: 'monthly', day: 'last', time: '23:59' },
  { kind: 'cron', expression: '*/20 8-18 * * 1-5' },
];

test('times that are remembered are those of the schedule, whatever is asked in which order', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...schedules),
      fc.constantFrom('UTC', 'Europe/Berlin', 'America/St_Johns'),
      fc.array(fc.integer({ min: 0, max: 60 * 24 * HOUR }), { minLength: 1, maxLength: 60 }),
      (schedule, zone, asked) => {
        const plain = scheduledTimesOf(schedule, zone, START);
        const remembered = rememberTimes(scheduledTimesOf(schedule, zone, START));
        for (const each of asked) {
          const after = plain.after(START + each);
          expect(remembered.after(START + each)).toBe(after);
          // The edges: at a scheduled time the next one comes, right before it that one.
          if (after === null) continue;
          expect(remembered.after(after)).toBe(plain.after(after));
          expect(remembered.after(after - 1)).toBe(plain.after(after - 1));
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('a calendar is followed once for all instants before the same scheduled time', () => {
  let followed = 0;
  const times = rememberTimes({
    latest: () => null,
    after: (instant) => {
      followed += 1;
      return (Math.floor(instant / 1000) + 1) * 1000;
    },
  });
  for (let instant = 0; instant < 30_000; instant += 10) times.after(instant);
  for (let instant = 0; instant < 30_000; instant += 10) times.after(instant);
  expect(followed).toBe(30);
});
