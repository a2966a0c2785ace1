import { expect, test } from 'vitest';
import { rowCountChange } from '../../../src-shared/rules/rows/row-count-change.ts';
import { rowCountChangeInWords } from '../../../src-shared/words/table-rows.ts';

const tables = (rows: Record<string, number | null>) =>
  Object.entries(rows).map(([name, count]) => ({ name, rows: count }));

const inWords = (before: Record<string, number | null>, after: Record<string, number | null>): string =>
  rowCountChangeInWords(rowCountChange(tables(before), tables(after))).join(', ');

test.each([
  [{ Track: 10, Album: 5 }, { Track: 10, Album: 5 }, '±0 rows'],
  [{ Track: 1 }, { Track: 2 }, '+1 row in Track'],
  [
    { Track: 1000, Album: 5, PlaylistTrack: 8715 },
    { Track: 1200, Album: 19, PlaylistTrack: 0 },
    '+214 rows, −8,715 in PlaylistTrack',
  ],
  [{ Track: 10, Album: 5, Row: 1 }, { Track: 8, Album: 4, Row: 1 }, '−3 rows'],
  [{ rows: 2 }, { rows: 1, more: 2 }, '+2 rows in more, −1 in rows'],
  [{ gone: 7 }, { made: 3 }, '+3 rows in made, −7 in gone'],
  [{ docs: null, a: 1 }, { docs: 9, a: 1 }, '±0 rows'],
  [{ docs: 9 }, { docs: null }, '±0 rows'],
])('%j and then %j: %s', (before, after, words) => {
  expect(inWords(before, after)).toBe(words);
});

test('of many tables, those that changed most are named', () => {
  const before = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`t${n}`, 100]));
  const after = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`t${n}`, 100 - n]));
  const { added, removed, tables: named } = rowCountChange(tables(before), tables(after));
  expect([added, removed, named.length, named[0]]).toEqual([0, 435, 10, { name: 't29', rows: -29 }]);
});
