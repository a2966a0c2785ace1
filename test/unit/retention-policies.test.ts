import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KEEP_ALL, type Retention } from '../../src-shared/model/plan.ts';
import { decideRetention, type RetainedSnapshot } from '../../src-shared/retention/retention.ts';
import { projectRetention } from '../../src-shared/retention/retention-projection.ts';
import { timesEvery } from '../../src-shared/schedule/missed-times.ts';

const HOUR = 3_600_000;
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'America/Sao_Paulo',
];

/** Later than all that is made here, unless a test says otherwise. */
const NOW = Date.UTC(2027, 11, 31);

const at = (instant: number, more: Partial<RetainedSnapshot> = {}): RetainedSnapshot => ({
  id: `${instant}`,
  order: instant,
  origin: 'own',
  createdAt: new Date(instant).toISOString(),
  pinned: false,
  missing: false,
  trigger: 'schedule',
  valid: true,
  level: 'checked',
  incomplete: false,
  ...more,
});

const policy: fc.Arbitrary<Retention> = fc.record({
  keepLast: fc.option(fc.integer({ min: 1, max: 8 })),
  keepDays: fc.option(fc.integer({ min: 1, max: 40 })),
  daily: fc.integer({ min: 0, max: 10 }),
  weekly: fc.integer({ min: 0, max: 8 }),
  weekday: fc.option(fc.integer({ min: 1, max: 7 })),
  monthly: fc.integer({ min: 0, max: 8 }),
  yearly: fc.integer({ min: 0, max: 4 }),
  minimum: fc.integer({ min: 0, max: 12 }),
});

const snapshots = fc
  .uniqueArray(fc.integer({ min: 0, max: 3 * 365 * 24 }), { maxLength: 60 })
  .chain((hours) =>
    fc.tuple(
      fc.constant(hours),
      fc.array(
        fc.record({
          pinned: fc.boolean(),
          missing: fc.boolean(),
          trigger: fc.constantFrom('schedule', 'before-restore'),
          valid: fc.constantFrom(true, true, true, false, null),
          level: fc.constantFrom('checked', 'checked', 'restored'),
          incomplete: fc.boolean(),
        }),
        { minLength: hours.length, maxLength: hours.length },
      ),
    ),
  )
  .map(([hours, more]) => hours.map((hour, n) => at(Date.UTC(2024, 0, 1) + hour * HOUR, { ...more[n], id: `s${n}` })));

/**
 * The same rules, written as slowly and plainly as can be: for each snapshot and each rule, look at all the others.
 * The calendar comes from Intl's own text.
 */
function keptSlowly(all: readonly RetainedSnapshot[], retention: Retention, timeZone: string): Set<string> {
  const text = (options: Intl.DateTimeFormatOptions) => (one: RetainedSnapshot) =>
    new Intl.DateTimeFormat('en-CA', { timeZone, ...options }).format(new Date(one.createdAt));
  const dayOf = text({ year: 'numeric', month: '2-digit', day: '2-digit' });
  const weekdayOf = (one: RetainedSnapshot) => ((new Date(`${dayOf(one)}T12:00Z`).getUTCDay() + 6) % 7) + 1;
  const mondayOf = (one: RetainedSnapshot) =>
    new Date(Date.parse(`${dayOf(one)}T12:00Z`) - (weekdayOf(one) - 1) * 24 * HOUR).toISOString().slice(0, 10);
  const counted = all.filter((one) => one.valid !== false && !one.missing && one.trigger !== 'before-restore');
  const newer = (a: RetainedSnapshot, b: RetainedSnapshot) => a.order > b.order;
  const keptByPeriod = (one: RetainedSnapshot, among: RetainedSnapshot[], count: number, periodOf: typeof dayOf) => {
    if (!among.includes(one)) return false;
    if (among.some((other) => newer(other, one) && periodOf(other) === periodOf(one))) return false;
    return new Set(among.filter((other) => newer(other, one)).map(periodOf)).size < count;
  };
  const newest = counted.find((one) => !counted.some((other) => newer(other, one)));
  const byRule = (one: RetainedSnapshot): boolean =>
    (counted.includes(one) &&
      ((retention.keepLast !== null && counted.filter((other) => newer(other, one)).length < retention.keepLast) ||
        (retention.keepDays !== null &&
          newest !== undefined &&
          Date.parse(one.createdAt) > Date.parse(newest.createdAt) - retention.keepDays * 24 * HOUR) ||
        keptByPeriod(one, counted, retention.daily, dayOf) ||
        keptByPeriod(
          one,
          counted.filter((other) => retention.weekday === null || weekdayOf(other) === retention.weekday),
          retention.weekly,
          mondayOf,
        ) ||
        keptByPeriod(one, counted, retention.monthly, text({ year: 'numeric', month: '2-digit' })) ||
        keptByPeriod(one, counted, retention.yearly, text({ year: 'numeric' })))) ||
    one.pinned ||
    one.trigger === 'before-restore';
  const nothing =
    retention.keepLast === null &&
    retention.keepDays === null &&
    retention.daily + retention.weekly + retention.monthly + retention.yearly === 0;
  if (nothing) return new Set(all.map(({ id }) => id));
  const kept = new Set(all.filter(byRule).map(({ id }) => id));
  const sorted = [...counted].sort((a, b) => (newer(a, b) ? -1 : 1));
  for (const one of sorted) if (sorted.filter(({ id }) => kept.has(id)).length < retention.minimum) kept.add(one.id);
  const present = [...all]
    .filter((one) => !one.missing && one.trigger !== 'before-restore')
    .sort((a, b) => (newer(a, b) ? -1 : 1));
  const good = present.find(({ valid }) => valid === true) ?? present.find(({ valid }) => valid === null);
  const complete = present.find(({ valid, incomplete }) => valid === true && !incomplete);
  for (const one of [good ?? present[0], present[0], complete]) if (one) kept.add(one.id);
  const restored = sorted.find(({ level, valid }) => level === 'restored' && valid === true);
  if (restored) kept.add(restored.id);
  return kept;
}

test('every policy keeps what the slow reference keeps, in every time zone', () => {
  fc.assert(
    fc.property(snapshots, policy, fc.constantFrom(...ZONES), (all, retention, zone) => {
      const decisions = decideRetention(all, retention, { timeZone: zone, now: NOW });
      expect(new Set(decisions.filter(({ keep }) => keep).map(({ id }) => id))).toEqual(
        keptSlowly(all, retention, zone),
      );
      expect(decisions.every(({ reasons }) => reasons.length > 0)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('to prune twice removes nothing more', () => {
  fc.assert(
    fc.property(snapshots, policy, (all, retention) => {
      const kept = decideRetention(all, retention, { timeZone: 'UTC', now: NOW }).filter(({ keep }) => keep);
      const left = all.filter(({ id }) => kept.some((decision) => decision.id === id));
      expect(decideRetention(left, retention, { timeZone: 'UTC', now: NOW }).every(({ keep }) => keep)).toBe(true);
    }),
  );
});

describe('policies', () => {
  const hourly = (days: number): RetainedSnapshot[] =>
    Array.from({ length: days * 24 }, (_, hour) => at(Date.UTC(2026, 0, 1) + hour * HOUR));
  const reasonsOf = (all: RetainedSnapshot[], retention: Partial<Retention>, zone = 'UTC') =>
    Object.fromEntries(
      decideRetention(all, { ...KEEP_ALL, ...retention }, { timeZone: zone, now: NOW })
        .filter(({ keep }) => keep)
        .map(({ id, reasons }) => [new Date(Number(id)).toISOString().slice(0, 16), reasons.join(' ')]),
    );

  test('the newest of each day, and of each month', () => {
    expect(reasonsOf(hourly(35), { daily: 2, monthly: 2 })).toEqual({
      '2026-02-04T23:00': 'daily-1 monthly-1',
      '2026-02-03T23:00': 'daily-2',
      '2026-01-31T23:00': 'monthly-2',
    });
  });

  test('Sundays only', () => {
    expect(reasonsOf(hourly(35), { weekly: 3, weekday: 7 })).toEqual({
      '2026-02-01T23:00': 'weekly-1',
      '2026-01-25T23:00': 'weekly-2',
      '2026-01-18T23:00': 'weekly-3',
      '2026-02-04T23:00': 'newest-good',
    });
  });

  test('days end at midnight of the time zone', () => {
    expect(Object.keys(reasonsOf(hourly(3), { daily: 2 }, 'America/New_York'))).toEqual([
      '2026-01-03T23:00',
      '2026-01-03T04:00',
    ]);
  });

  test('a plan that nobody backs up any more keeps its days', () => {
    const all = hourly(3);
    expect(Object.keys(reasonsOf(all, { keepDays: 1 }))).toHaveLength(24);
  });
});

test('a projection counts a year to come, and its space', () => {
  const now = Date.UTC(2026, 10, 21);
  const scheduledTimes = timesEvery(now, 24 * HOUR);
  const input = { snapshots: [], scheduledTimes, timeZone: 'UTC', now, snapshotBytes: 100 };
  expect(projectRetention({ ...input, retention: KEEP_ALL })).toMatchObject({ made: 365, bytes: 36_500 });
  const { kept, bytes } = projectRetention({
    ...input,
    retention: { ...KEEP_ALL, daily: 7, weekly: 4, monthly: 12, yearly: 2 },
  });
  expect(kept.length).toBeLessThan(25);
  expect(bytes).toBe(kept.length * 100);
  expect(kept.at(-1)?.reasons).toContain('daily-1');
});
