import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dayInQuery } from '../../../src-renderer/features/palette/day-in-query.ts';

/** A Friday. */
const NOW = new Date(2026, 10, 27, 15, 30);
const day = (year: number, month: number, date: number): Date => new Date(year, month - 1, date);

test.each<[query: string, from: Date, rest: string]>([
  ['today', day(2026, 11, 27), ''],
  ['hone yesterday', day(2026, 11, 26), 'hone'],
  ['2026-02-28 hone', day(2026, 2, 28), 'hone'],
  ['27 nov', day(2026, 11, 27), ''],
  ['28 Nov', day(2025, 11, 28), ''],
  ['App 10 3 January 2024', day(2024, 1, 3), 'App 10'],
  ['Nov 3, 2024', day(2024, 11, 3), ''],
  ['monday', day(2026, 11, 23), ''],
  ['friday', day(2026, 11, 20), ''],
])('%s', (query, from, rest) => {
  const found = dayInQuery(query, NOW);
  expect(found?.from).toEqual(from);
  expect(found?.rest).toBe(rest);
});

test.each(['hone', '', '31 feb', '2026-13-01', 'app 27', '27 november2', 'todays'])('no day: %s', (query) => {
  expect(dayInQuery(query, NOW)).toBeNull();
});

test('every day is found again as ISO writes it, and the next day begins where it ends', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 20_000 }), (days) => {
      const from = new Date(2000, 0, 1 + days);
      const iso = [from.getFullYear(), from.getMonth() + 1, from.getDate()].map((part) =>
        String(part).padStart(2, '0'),
      );
      const found = dayInQuery(iso.join('-'), NOW);
      expect(found?.from).toEqual(from);
      expect(found?.until).toEqual(new Date(2000, 0, 2 + days));
    }),
  );
});
