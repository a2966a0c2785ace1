import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StorageDay } from '../../src-shared/model/storage.ts';
import { isNearlyFull, storageGrowth, thinned } from '../../src-shared/rules/storage-growth.ts';
import { freeInWords, growthInWords } from '../../src-shared/words/storage-words.ts';

const TODAY = '2026-11-28';
const GB = 10 ** 9;

const dayBefore = (days: number): string =>
  new Date(Date.parse(`${TODAY}T00:00:00Z`) - days * 86_400_000).toISOString().slice(0, 10);

/** Days up to today, one each, on which this much was stored and free. */
const daily = (count: number, stored: (ago: number) => number, free: (ago: number) => number | null): StorageDay[] =>
  Array.from({ length: count }, (_, index) => {
    const ago = count - 1 - index;
    const freeBytes = free(ago);
    return { day: dayBefore(ago), storedBytes: stored(ago), freeBytes, totalBytes: freeBytes && 100 * GB };
  });

test('steady growth says how much a week, and when nothing will be free', () => {
  const days = daily(
    60,
    (ago) => 41 * GB - ago * 0.2 * GB,
    (ago) => 84 * GB + ago * 0.2 * GB,
  );
  const growth = storageGrowth(days, TODAY);
  expect(growth).toEqual({ bytesPerWeek: 1.4 * GB, fullInDays: 420 });
  expect(growthInWords(growth)).toBe('+1.4 GB a week, full in about 14 months');
  // Two days on which much was there for a moment change nothing.
  const odd = days.map((day, index) => (index === 20 || index === 59 ? { ...day, storedBytes: 400 * GB } : day));
  expect(storageGrowth(odd, TODAY)?.bytesPerWeek).toBeCloseTo(1.4 * GB, -9);
});

test('too few days, or days too close together, say nothing', () => {
  const grows = (count: number) =>
    daily(
      count,
      (ago) => 50 * GB - ago * GB,
      () => GB,
    );
  expect(storageGrowth([], TODAY)).toBeNull();
  expect(storageGrowth(grows(14), TODAY)).toBeNull();
  expect(storageGrowth(grows(15), TODAY)).not.toBeNull();
  expect(
    storageGrowth(
      grows(60).filter((_, index) => index % 20 === 0),
      TODAY,
    ),
  ).toBeNull();
  expect(growthInWords(null)).toBe('');
});

test('no date is named when the free space does not fall, is unknown, or lasts for more than ten years', () => {
  const stored = (ago: number): number => 50 * GB - ago * GB;
  for (const free of [
    () => null,
    () => 5 * GB,
    (ago: number) => 50 * GB - ago * GB,
    (ago: number) => (ago % 2 === 0 ? 90 * GB : 10 * GB),
    (ago: number) => 900_000 * GB + ago * GB,
  ])
    expect(storageGrowth(daily(60, stored, free), TODAY)).toEqual({ bytesPerWeek: 7 * GB, fullInDays: null });
});

test('a day is not taken twice, and days that a wrong clock dated in the future or in 1970 do not count', () => {
  const days = daily(
    30,
    (ago) => 50 * GB - ago * GB,
    (ago) => 10 * GB + ago * GB,
  );
  const wrong: StorageDay[] = ['1970-01-01', '2031-05-05', TODAY].map((day) => ({
    ...{ day, storedBytes: 1, freeBytes: 1, totalBytes: 100 * GB },
  }));
  const expected = { bytesPerWeek: 7 * GB, fullInDays: 10 };
  expect(storageGrowth(days, TODAY)).toEqual(expected);
  expect(storageGrowth([...wrong.slice(0, 2), ...days], TODAY)).toEqual(expected);
  expect(storageGrowth(days, '1970-01-02')).toBeNull();
});

const someDays = fc.array(
  fc.record({
    ago: fc.integer({ min: -40, max: 200 }),
    storedBytes: fc.nat({ max: 2 ** 50 }),
    freeBytes: fc.option(fc.nat({ max: 2 ** 50 })),
  }),
  { maxLength: 120 },
);

test('whatever was recorded, a statement is a number within bounds, and the order of the days does not matter', () => {
  fc.assert(
    fc.property(someDays, (given) => {
      const unique = [...new Map(given.map((each) => [each.ago, each])).values()];
      const days = unique.map(({ ago, ...rest }) => ({ day: dayBefore(ago), totalBytes: null, ...rest }));
      const growth = storageGrowth(days, TODAY);
      expect(storageGrowth(days.toReversed(), TODAY)).toEqual(growth);
      if (growth === null) return;
      expect(Number.isSafeInteger(growth.bytesPerWeek)).toBe(true);
      if (growth.fullInDays !== null) {
        expect(growth.fullInDays).toBeGreaterThanOrEqual(0);
        expect(growth.fullInDays).toBeLessThanOrEqual(3650);
      }
    }),
  );
});

test('growth between the least and the greatest change of two days', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 10 ** 12 }), { minLength: 15, maxLength: 90 }), (stored) => {
      const days = daily(
        stored.length,
        (ago) => stored[stored.length - 1 - ago] ?? 0,
        () => null,
      );
      const steps = stored.slice(1).map((bytes, index) => bytes - (stored[index] ?? 0));
      const week = storageGrowth(days, TODAY)?.bytesPerWeek ?? Number.NaN;
      expect(week).toBeGreaterThanOrEqual(7 * Math.min(...steps) - 1);
      expect(week).toBeLessThanOrEqual(7 * Math.max(...steps) + 1);
    }),
  );
});

test('growth and free space in words', () => {
  const words = (bytesPerWeek: number, fullInDays: number | null) => growthInWords({ bytesPerWeek, fullInDays });
  expect(words(0, null)).toBe('not growing');
  expect(words(-300_000_000, null)).toBe('−300 MB a week');
  expect(words(5_000_000, 1)).toBe('+5.0 MB a week, full in about 1 day');
  expect(words(5_000_000, 21)).toBe('+5.0 MB a week, full in about 3 weeks');
  expect(words(5_000_000, 900)).toBe('+5.0 MB a week, full in about 2 years');
  expect(words(0, 0)).toBe('not growing, full');
  expect(freeInWords(null)).toBe('Unknown');
  expect(freeInWords({ day: TODAY, freeBytes: 5 * GB, totalBytes: null })).toBe('5.0 GB');
  expect(freeInWords({ day: TODAY, freeBytes: 412 * GB, totalBytes: 2000 * GB })).toBe('412 GB of 2.0 TB');
});

test('nearly full: less than a tenth is free, or it will be full within a month', () => {
  const space = { day: TODAY, freeBytes: 9 * GB, totalBytes: 100 * GB };
  expect(isNearlyFull(space, null)).toBe(true);
  expect(isNearlyFull({ ...space, freeBytes: 11 * GB }, null)).toBe(false);
  expect(isNearlyFull({ ...space, totalBytes: null }, null)).toBe(false);
  expect(isNearlyFull(null, { bytesPerWeek: 1, fullInDays: 30 })).toBe(true);
  expect(isNearlyFull(null, { bytesPerWeek: 1, fullInDays: 31 })).toBe(false);
});

test('thinning keeps the ends', () => {
  expect(thinned([1, 2, 3], 5)).toEqual([1, 2, 3]);
  expect(thinned([0, 1, 2, 3, 4, 5, 6, 7, 8], 5)).toEqual([0, 2, 4, 6, 8]);
});
