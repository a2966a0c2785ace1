import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aged } from '../../src-shared/retention/counted-age.ts';
import { daysLeft, hasExpired, TRASH_DAYS } from '../../src-shared/retention/trash.ts';
import { DAY_MS } from '../../src-shared/rules/durations.ts';
import { deletionInWords } from '../../src-shared/words/trash-words.ts';

const START = Date.parse('2026-11-20T02:00:00.000Z');
const fresh = { ageMs: 0, lookedAt: new Date(START).toISOString() };

/** The age after looks at these moments. */
const lookedAt = (looks: readonly number[]) => looks.reduce((age, now) => aged(age, now), fresh);

describe('how long something stays in the trash', () => {
  test('seven days by a clock that is looked at every hour', () => {
    const hours = Array.from({ length: TRASH_DAYS * 24 }, (_, hour) => START + (hour + 1) * (DAY_MS / 24));
    expect(hasExpired(lookedAt(hours.slice(0, -1)))).toBe(false);
    expect(hasExpired(lookedAt(hours))).toBe(true);
  });

  test('a clock that was set ahead by a year, and back, takes one day at most', () => {
    const age = lookedAt([START + 365 * DAY_MS, START + 1000]);
    expect(age.ageMs).toBe(DAY_MS);
    expect(daysLeft(age)).toBe(TRASH_DAYS - 1);
  });

  test('no clock takes more than a day with each look', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4e12 }), { maxLength: TRASH_DAYS - 1 }), (looks) => {
        expect(hasExpired(lookedAt(looks))).toBe(false);
      }),
    );
  });

  test('it is never less than it was', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 4e12 })), fc.integer({ min: 0, max: 4e12 }), (looks, now) => {
        const before = lookedAt(looks);
        expect(aged(before, now).ageMs).toBeGreaterThanOrEqual(before.ageMs);
      }),
    );
  });
});

describe('what a deletion does, in words', () => {
  const at = (name: string, toTrash: boolean) => ({
    destination: { id: '00000000-0000-4000-8000-000000000001', name },
    toTrash,
  });

  test.each([
    [[at('nas', true)], 'The copy at nas can be put back for 7 days.'],
    [[at('nas', true), at('usb', true)], '2 copies at nas and usb can be put back for 7 days.'],
    [
      [at('nas', true), at('Cloud', false)],
      'The copy at Cloud is deleted for good; the copy at nas can be put back for 7 days.',
    ],
    [
      [at('Cloud', false), at('Host', false), at('nas', true), at('usb', true)],
      '2 copies at Cloud and Host are deleted for good; the 2 copies at nas and usb can be put back for 7 days.',
    ],
    [[at('Cloud', false)], 'The copy at Cloud is deleted for good. Nothing can be put back.'],
    [[], 'No copy of it is stored.'],
  ])('%j', (removed, words) => {
    expect(deletionInWords(removed)).toBe(words);
  });
});
