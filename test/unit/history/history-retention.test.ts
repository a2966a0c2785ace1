import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { HistoryKeepRules } from '../../../src-shared/model/history/history-settings.ts';
import { keptPoints, type RetainedPoint } from '../../../src-shared/retention/history-retention.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 0, 1);
const DEFAULTS: HistoryKeepRules = { minutesForHours: 2, hoursForDays: 2, daysForDays: 30, monthsForMonths: 12 };
const NOTHING: HistoryKeepRules = { minutesForHours: 0, hoursForDays: 0, daysForDays: 0, monthsForMonths: 0 };

const point = (txid: number, madeAt: number, more: Partial<RetainedPoint> = {}): RetainedPoint => ({
  txid,
  madeAt,
  pinned: false,
  inUse: false,
  valid: null,
  ...more,
});
const every = (step: number, count: number): RetainedPoint[] =>
  Array.from({ length: count }, (_, n) => point(n + 1, START + n * step));
const keep = (points: readonly RetainedPoint[], rules = DEFAULTS, now = START + 900 * DAY, timeZone = 'UTC') =>
  keptPoints(points, rules, { timeZone, now });
const txids = (points: readonly RetainedPoint[], rules = DEFAULTS) => keep(points, rules).map(({ txid }) => txid);

const anyPoints = fc
  .array(
    fc.record({
      // In no order, and some in the future, as wrong clocks date them.
      madeAt: fc.integer({ min: 0, max: 1000 * 24 * 60 }).map((minute) => START + minute * MINUTE),
      pinned: fc.boolean(),
      inUse: fc.boolean(),
      valid: fc.constantFrom(true, false, null),
    }),
    { maxLength: 60 },
  )
  .map((all) => all.map((each, n): RetainedPoint => ({ ...each, txid: n + 1 })));

describe('whatever the points are', () => {
  test('the newest, the newest verified, pinned ones and those in use stay, without any rule', () => {
    fc.assert(
      fc.property(anyPoints, (points) => {
        const kept = new Set(txids(points, NOTHING));
        const verified = points.findLast(({ valid }) => valid === true);
        const must = [points.at(-1), verified, ...points.filter(({ pinned, inUse }) => pinned || inUse)];
        for (const each of must) if (each !== undefined) expect(kept).toContain(each.txid);
      }),
    );
  });

  test('what is kept is kept again when the rest is gone, where clocks are right', () => {
    fc.assert(
      fc.property(anyPoints, (unsorted) => {
        const dates = unsorted.map(({ madeAt }) => madeAt).sort((a, b) => a - b);
        const points = unsorted.map((each, n) => ({ ...each, madeAt: Math.min(dates[n] ?? START, START + 900 * DAY) }));
        const once = txids(points);
        expect(txids(points.filter(({ txid }) => once.includes(txid)))).toEqual(once);
      }),
    );
  });

  test('the order in which they are listed changes nothing', () => {
    fc.assert(
      fc.property(anyPoints, (points) => {
        expect(keep(points.toReversed())).toEqual(keep(points));
      }),
    );
  });
});

test('minutes of two hours are kept for whole hours, then hours for whole days', () => {
  const kept = keep(every(MINUTE, 3 * 24 * 60));
  const minutes = kept.filter(({ reasons }) => reasons.includes('minute'));
  expect(minutes).toHaveLength(120);
  expect(kept.filter(({ reasons }) => reasons.includes('hour'))).toHaveLength(48);
  // Thirty minutes later the oldest hour still has minutes that count, and is kept whole.
  const later = keep(every(MINUTE, 3 * 24 * 60 + 30));
  expect(later.filter(({ reasons }) => reasons.includes('minute'))).toHaveLength(150);
});

test('the newest of a minute stands for it, and of an hour', () => {
  const kept = keep(every(10_000, 6 * 60 * 4), { ...DEFAULTS, minutesForHours: 1 });
  expect(kept.filter(({ reasons }) => reasons.includes('minute')).every(({ txid }) => txid % 6 === 0)).toBe(true);
  expect(kept.filter(({ reasons }) => reasons.includes('hour')).map(({ txid }) => txid)).toEqual([
    360, 720, 1080, 1440,
  ]);
});

test('hours of a time zone that is half an hour ahead end where its clocks show it', () => {
  const hours = { ...NOTHING, hoursForDays: 1 };
  const kept = keep(every(MINUTE, 120), hours, START + DAY, 'Asia/Kolkata');
  // 05:59 and 06:59 by its clocks; the newest is within an hour.
  expect(kept.map(({ txid }) => txid)).toEqual([30, 90, 120]);
});

test('an hour that the clock shows twice is two hours', () => {
  const change = Date.UTC(2026, 9, 25, 0, 0);
  const points = Array.from({ length: 4 }, (_, n) => point(n + 1, change + n * HOUR));
  const kept = keep(points, { ...NOTHING, hoursForDays: 1 }, change + DAY, 'Europe/Berlin');
  expect(kept.map(({ txid }) => txid)).toEqual([1, 2, 3, 4]);
});

test('a clock that is set ahead, or back, removes nothing that a right one keeps', () => {
  const right = every(MINUTE, 100);
  const wrong = [
    ...right,
    point(101, START + 200 * DAY),
    point(102, START - 200 * DAY),
    ...every(MINUTE, 3).map((each) => ({ ...each, txid: each.txid + 102, madeAt: each.madeAt + 100 * MINUTE })),
  ];
  const kept = new Set(keep(wrong, DEFAULTS, START + DAY).map(({ txid }) => txid));
  for (const { txid } of right) expect(kept).toContain(txid);
  // Even where the clock shows the wrong time for good.
  const ahead = keep([...right, point(101, START + 300 * DAY)], DEFAULTS, START + 300 * DAY);
  expect(ahead.filter(({ txid }) => txid <= 100)).toHaveLength(100);
});

test('a damaged point stands for no hour', () => {
  const kept = keep(
    [point(1, START), point(2, START + MINUTE), point(3, START + 2 * MINUTE, { valid: false }), point(4, START + HOUR)],
    { ...NOTHING, hoursForDays: 1 },
  );
  expect(kept.map(({ txid }) => txid)).toEqual([2, 4]);
});
