import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextMorning } from '../../src-shared/words/pause-words.ts';

test.each([
  ['in the evening', new Date(2026, 10, 20, 22, 15), new Date(2026, 10, 21, 6)],
  ['late at night', new Date(2026, 10, 20, 2), new Date(2026, 10, 20, 6)],
  ['at six sharp', new Date(2026, 10, 20, 6), new Date(2026, 10, 21, 6)],
  ['on the last day of a year', new Date(2026, 11, 31, 12), new Date(2027, 0, 1, 6)],
])('tomorrow begins at six: %s', (_, now, end) => {
  expect(nextMorning(now)).toEqual(end);
});

test('it is always ahead, never more than a day and an hour, and shows six on the clock', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date(2000, 0, 1), max: new Date(2100, 0, 1), noInvalidDate: true }), (now) => {
      const end = nextMorning(now);
      expect(end.getTime()).toBeGreaterThan(now.getTime());
      // Where the clock is set back at night, that day has 25 hours.
      expect(end.getTime() - now.getTime()).toBeLessThanOrEqual(25 * 3_600_000);
      expect([end.getHours(), end.getMinutes()]).toEqual([6, 0]);
    }),
  );
});
