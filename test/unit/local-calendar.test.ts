import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clockOffsets } from '../../src-shared/schedule/local-calendar.ts';

const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Africa/Casablanca',
  'UTC',
];
const from = Date.UTC(2020, 0, 1);
const to = Date.UTC(2030, 0, 1);

/** What the clock of a zone shows at an instant, as if it were UTC, to the second. */
function shownBy(zone: string, instant: number): number {
  const options: Intl.DateTimeFormatOptions = { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' };
  return Date.parse(`${new Intl.DateTimeFormat('sv-SE', options).format(instant).replace(' ', 'T')}Z`);
}

test('a clock is ahead by what the system says, at any instant', () => {
  fc.assert(
    fc.property(fc.constantFrom(...ZONES), fc.integer({ min: from / 1000, max: to / 1000 }), (zone, seconds) => {
      expect(seconds * 1000 + clockOffsets(zone)(seconds * 1000)).toBe(shownBy(zone, seconds * 1000));
    }),
    { numRuns: 500 },
  );
});

test.each([
  ['Europe/Berlin', '2026-03-29T01:00:00Z', 60, 120],
  ['Europe/Berlin', '2026-10-25T01:00:00Z', 120, 60],
  ['Australia/Lord_Howe', '2026-04-04T15:00:00Z', 660, 630],
])('the clock of %s changes at %s, to the millisecond', (zone, instant, before, after) => {
  const at = Date.parse(instant);
  const offsetAt = clockOffsets(zone);
  expect([offsetAt(at - 1), offsetAt(at)]).toEqual([before * 60_000, after * 60_000]);
});
