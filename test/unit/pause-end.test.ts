import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPauseOver } from '../../src-shared/schedule/pauses.ts';
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

test('a pause ends when its time has come, and when it was set by a clock that was a year ahead', () => {
  const at = (hours: number): string => new Date(Date.UTC(2026, 10, 20) + hours * 3_600_000).toISOString();
  const now = Date.parse(at(0));
  const YEAR = 365 * 24;
  expect(isPauseOver({ since: at(-1), until: at(1) }, now)).toBe(false);
  expect(isPauseOver({ since: at(-2), until: at(0) }, now)).toBe(true);
  expect(isPauseOver({ since: at(YEAR), until: at(YEAR + 1) }, now)).toBe(true);
  // Until a person resumes it, whatever a clock says.
  expect(isPauseOver({ since: at(YEAR), until: null }, now)).toBe(false);
});
