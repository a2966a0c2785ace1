import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  clockReasons,
  contentLoss,
  fullestOf,
  lastBeforeFreshGap,
  manyAtOnce,
  type SnapshotContent,
  type WeighedSnapshot,
} from '../../src-shared/retention/prune-brake.ts';

const DAY = 86_400_000;
const START = Date.UTC(2026, 0, 1);

const snapshot = (order: number, day: number, more: Partial<WeighedSnapshot> = {}): WeighedSnapshot => ({
  ...{ id: `${order}`, order, name: `app-${order}.db`, createdAt: new Date(START + day * DAY).toISOString() },
  ...{ tableCount: 1, rowCount: 1, bytes: 1, ...more },
});
const content = (tables: Record<string, number>, more: Partial<SnapshotContent> = {}): SnapshotContent => ({
  ...{ name: 'app.db', method: 'online-backup', bytes: 4096 },
  tables: Object.entries(tables).map(([name, rows]) => ({ name, rows })),
  ...more,
});

describe('the clock', () => {
  const reasons = (days: number[], now: number, laterRun: string | null = null) =>
    clockReasons(
      days.map((day, index) => snapshot(index + 1, day)),
      laterRun,
      START + now * DAY,
    );

  test('a date in the future, one that is earlier than what was made before it, and a run of a later date', () => {
    expect(reasons([1, 2, 400], 3)).toMatchObject([{ kind: 'future-date', message: expect.stringMatching('2027') }]);
    expect(reasons([1, 400, 3], 401)).toMatchObject([{ kind: 'clock-went-back' }]);
    expect(reasons([1, 2], 3, '2026-03-01T00:00:00.000Z')).toMatchObject([{ kind: 'clock-went-back' }]);
  });

  test('a few minutes are no matter', () => {
    expect(reasons([1, 2, 3 + 4 / 1440], 3)).toEqual([]);
  });

  test('dates in order up to now say nothing', () => {
    const days = fc.array(fc.integer({ min: 0, max: 500 })).map((all) => all.sort((a, b) => a - b));
    fc.assert(
      fc.property(days, (all) => {
        expect(reasons(all, 500)).toEqual([]);
      }),
    );
  });
});

describe('content', () => {
  test.each([
    ['a table', { a: 1 }, { a: 1, b: 0 }, /lacks the table “b”/],
    ['two tables', { a: 1 }, { a: 1, b: 0, c: 9 }, /2 of the 3 tables/],
    ['another database', { other: 9000 }, { a: 1, b: 2 }, /2 of the 2 tables/],
    ['rows', { a: 44 }, { a: 100 }, /has 56 % fewer rows than app\.db: 44 instead of 100\.$/],
    ['nearly all rows', { a: 1 }, { a: 9000 }, /99 % fewer rows/],
    ['all rows', { a: 0 }, { a: 1 }, /100 % fewer rows/],
  ])('%s', (_what, now, before, why) => {
    expect(contentLoss(content(now), content(before))).toMatch(why);
  });

  test('half of the rows, more tables, or more rows are no loss', () => {
    expect(contentLoss(content({ a: 50 }), content({ a: 100 }))).toBeNull();
    expect(contentLoss(content({ a: 1, b: 1 }), content({ a: 1 }))).toBeNull();
  });

  test('bytes count where both were made in the same way', () => {
    const small = content({ a: 1 }, { bytes: 100 });
    const large = content({ a: 1 }, { bytes: 1000 });
    expect(contentLoss(small, large)).toMatch(/100 bytes.*1\.0 kB/);
    expect(contentLoss({ ...small, method: 'sql-dump' }, large)).toBeNull();
  });

  test('the fullest by tables, by rows and by bytes', () => {
    const all = [
      snapshot(1, 1, { tableCount: 9 }),
      snapshot(2, 2, { rowCount: 9 }),
      snapshot(3, 3, { bytes: 9 }),
      snapshot(4, 4),
    ];
    expect(fullestOf(all).map(({ order }) => order)).toEqual([1, 2, 3]);
    expect(fullestOf([])).toEqual([]);
  });
});

test('more than half at once stops a prune', () => {
  expect(manyAtOnce(5, 10)).toBeNull();
  expect(manyAtOnce(0, 0)).toBeNull();
  expect(manyAtOnce(6, 10)).toMatchObject({ kind: 'many-at-once' });
});

describe('a long time without a backup', () => {
  const held = (days: number[]): number =>
    lastBeforeFreshGap(
      days.map((day, index) => snapshot(index + 1, day)),
      START + 2000 * DAY,
    );
  const daily = (count: number, from = 0): number[] => Array.from({ length: count }, (_, index) => from + index);

  test('holds what was made before it until the snapshots after it cover a week', () => {
    expect(held([...daily(10), 400])).toBe(10);
    expect(held([...daily(10), ...daily(7, 400)])).toBe(10);
    expect(held([...daily(10), ...daily(8, 400)])).toBe(0);
  });

  test('is what is usual for a plan of months, and nothing within a week', () => {
    expect(held([0, 30, 61, 91, 122])).toBe(0);
    expect(held([...daily(10), 16])).toBe(0);
    expect(held([0, 400])).toBe(1);
    expect(held([])).toBe(0);
  });
});
