import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type KeptContent, safetyToRemove } from '../../src-shared/retention/safety-retention.ts';

const DAY = 86_400_000;
const kept = (id: string, targetPath: string, days: number, bytes = 10): KeptContent => ({
  id,
  targetPath,
  ageMs: days * DAY,
  bytes,
});
const removed = (all: KeptContent[], safetyKeepDays: number, safetyMaxBytes: number | null = null): string[] =>
  [...safetyToRemove(all, { safetyKeepDays, safetyMaxBytes })].sort();

describe('what restores kept', () => {
  test('goes after its days, but for the newest of each target', () => {
    const all = [kept('a', '/one', 1), kept('b', '/one', 31), kept('c', '/two', 400), kept('d', '/two', 500)];
    expect(removed(all, 30)).toEqual(['b', 'd']);
    expect(removed(all, 450)).toEqual(['d']);
  });

  test('goes for a size limit, the oldest first', () => {
    const all = [kept('a', '/one', 1), kept('b', '/one', 40), kept('c', '/one', 50), kept('d', '/one', 60)];
    expect(removed(all, 365, 25)).toEqual(['c', 'd']);
  });

  test('never goes within 30 days, whatever is set', () => {
    const content = fc.record({
      id: fc.uuid(),
      targetPath: fc.constantFrom('/one', '/two'),
      ageMs: fc.integer({ min: 0, max: 100 * DAY }),
      bytes: fc.nat(1000),
    });
    const all = fc.uniqueArray(content, { selector: ({ id }) => id });
    fc.assert(
      fc.property(all, fc.integer({ min: 0, max: 90 }), fc.option(fc.nat(2000)), (contents, days, most) => {
        const gone = safetyToRemove(contents, { safetyKeepDays: days, safetyMaxBytes: most });
        for (const { id, ageMs } of contents) if (ageMs <= 30 * DAY) expect(gone.has(id)).toBe(false);
        for (const target of new Set(contents.map(({ targetPath }) => targetPath)))
          expect(gone.has(contents.find(({ targetPath }) => targetPath === target)?.id ?? '')).toBe(false);
      }),
    );
  });
});
