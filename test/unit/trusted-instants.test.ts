import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KEEP_ALL, type Retention } from '../../src-shared/model/retention.ts';
import { decideRetention, type RetainedSnapshot } from '../../src-shared/retention/retention.ts';
import { CLOCK_TOLERANCE_MS, countedInstants } from '../../src-shared/retention/trusted-instants.ts';

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 1);
const day = (n: number): number => START + n * DAY;
const daysOf = (instants: number[], now: number) =>
  countedInstants(instants, now).map(({ at, trusted }) => `${(at - START) / DAY}${trusted ? '' : '?'}`);

describe('wrong clocks', () => {
  test('a future date lies between its neighbours', () => {
    expect(daysOf([day(1), day(2), day(367), day(4)], day(5))).toEqual(['1', '2', '3?', '4']);
  });

  test('the newest with a future date lies before now', () => {
    expect(daysOf([day(1), day(2), day(367)], day(4))).toEqual(['1', '2', '3?']);
  });

  test('one that fell back is wrong, not all before it', () => {
    expect(daysOf([day(370), day(371), day(6), day(373)], day(374))).toEqual(['370', '371', '372?', '373']);
  });

  test('a future date stays wrong once that day has come', () => {
    expect(daysOf([day(1), day(5), day(2), day(3), day(4), day(6)], day(7))).toEqual(['1', '1.5?', '2', '3', '4', '6']);
  });

  test('with none to trust, all are counted as made now', () => {
    expect(daysOf([day(800), day(801)], day(1))).toEqual(['1?', '1?']);
  });
});

test('instants count in their order, and never as later than now', () => {
  const instants = fc.array(fc.integer({ min: 0, max: 50 }).map(day), { maxLength: 40 });
  fc.assert(
    fc.property(instants, fc.integer({ min: 0, max: 50 }).map(day), (all, now) => {
      const counted = countedInstants(all, now);
      expect(counted).toHaveLength(all.length);
      for (const [index, { at, trusted }] of counted.entries()) {
        expect(at).toBeLessThanOrEqual(now + CLOCK_TOLERANCE_MS);
        expect(at).toBeGreaterThanOrEqual(counted[index - 1]?.at ?? Number.NEGATIVE_INFINITY);
        if (trusted) expect(at).toBe(all[index]);
      }
    }),
  );
});

test('rising instants are all trusted', () => {
  const rising = fc.array(fc.integer({ min: 0, max: 50 }).map(day)).map((all) => all.sort((a, b) => a - b));
  fc.assert(
    fc.property(rising, (all) => {
      expect(countedInstants(all, day(50))).toEqual(all.map((at) => ({ at, trusted: true })));
    }),
  );
});

test('what is dated in the future pushes nothing out of days, weeks, months and years', () => {
  const policy: fc.Arbitrary<Retention> = fc.record({
    keepLast: fc.constant(null),
    keepDays: fc.option(fc.integer({ min: 1, max: 40 })),
    daily: fc.integer({ min: 0, max: 10 }),
    weekly: fc.integer({ min: 0, max: 8 }),
    weekday: fc.option(fc.integer({ min: 1, max: 7 })),
    monthly: fc.integer({ min: 0, max: 8 }),
    yearly: fc.integer({ min: 0, max: 4 }),
    minimum: fc.constant(0),
  });
  const made = fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 1, maxLength: 40 });
  const wrong = fc.array(fc.tuple(fc.nat(40), fc.integer({ min: 800, max: 3000 })), { maxLength: 5 });
  const snapshot = (order: number, instant: number): RetainedSnapshot => ({
    ...{ id: `${order}`, order, origin: 'own', createdAt: new Date(instant).toISOString(), pinned: false },
    ...{ missing: false, trigger: 'schedule', valid: true, level: 'checked', incomplete: false },
  });
  fc.assert(
    fc.property(made, wrong, policy, (days, wrongs, retention) => {
      const right = days.sort((a, b) => a - b).map((n, index) => snapshot(index * 10 + 10, day(n)));
      const future = wrongs.map(([after, n], index) => snapshot(after * 10 + 5 + index / 10, day(n)));
      const kept = (all: RetainedSnapshot[]) =>
        decideRetention(all, { ...KEEP_ALL, ...retention }, { timeZone: 'UTC', now: day(750) })
          .filter(({ keep, reasons }) => keep && !reasons.every((reason) => reason.startsWith('newest')))
          .map(({ id }) => id);
      const after = kept([...right, ...future]);
      for (const id of kept(right)) expect(after).toContain(id);
    }),
    { numRuns: 500 },
  );
});

test('decisions for 5,000 snapshots, a tenth with wrong dates, take well under a second', () => {
  const many = Array.from(
    { length: 5000 },
    (_, n): RetainedSnapshot => ({
      ...{ id: `${n}`, order: n, origin: 'own', pinned: false, missing: false, trigger: 'schedule', valid: true },
      incomplete: false,
      ...{ level: 'checked', createdAt: new Date(day(n % 10 === 0 ? 5000 - n : n / 10)).toISOString() },
    }),
  );
  const retention = { ...KEEP_ALL, keepLast: 10, keepDays: 30, daily: 30, weekly: 20, monthly: 24, yearly: 5 };
  const started = performance.now();
  decideRetention(many, retention, { timeZone: 'Europe/Berlin', now: day(600) });
  expect(performance.now() - started).toBeLessThan(1000);
});
