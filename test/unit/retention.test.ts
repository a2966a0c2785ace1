import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KEEP_ALL } from '../../src-shared/model/plan.ts';
import { decideRetention, findNewestGood, type RetainedSnapshot } from '../../src-shared/rules/retention.ts';

const snapshot: fc.Arbitrary<Omit<RetainedSnapshot, 'id'>> = fc.record({
  // Few instants, so that some are the same.
  createdAt: fc.integer({ min: 0, max: 30 }).map((day) => new Date(Date.UTC(2026, 10, 1 + day)).toISOString()),
  pinned: fc.boolean(),
  missing: fc.boolean(),
  trigger: fc.constantFrom('manual', 'command', 'schedule', 'before-restore'),
  valid: fc.constantFrom(true, false, null),
  level: fc.constantFrom('checked', 'restored'),
});
const snapshots = fc
  .array(snapshot, { maxLength: 40 })
  .map((all) => all.map((one, n): RetainedSnapshot => ({ ...one, id: `id-${n}` })));
const keepLast = fc.integer({ min: 1, max: 12 });

const decide = (all: readonly RetainedSnapshot[], keep: number | null) =>
  decideRetention(all, { ...KEEP_ALL, keepLast: keep }, 'UTC');

const keptIds = (all: readonly RetainedSnapshot[], keep: number | null): Set<string> =>
  new Set(
    decide(all, keep)
      .filter((decision) => decision.keep)
      .map((decision) => decision.id),
  );
const newestFirst = (all: readonly RetainedSnapshot[]) =>
  [...all].sort((a, b) => (b.createdAt + b.id < a.createdAt + a.id ? -1 : 1));

describe('whatever the snapshots are', () => {
  test('each gets one decision with at least one reason', () => {
    fc.assert(
      fc.property(snapshots, fc.option(keepLast), (all, keep) => {
        const decisions = decide(all, keep);
        expect(decisions.map(({ id }) => id).sort()).toEqual(all.map(({ id }) => id).sort());
        expect(decisions.every(({ reasons }) => reasons.length > 0)).toBe(true);
      }),
    );
  });

  test('the newest proven good one stays, or where none is proven the newest not known to be bad', () => {
    fc.assert(
      fc.property(snapshots, keepLast, (all, keep) => {
        const candidates = newestFirst(all).filter(({ missing, trigger }) => !missing && trigger !== 'before-restore');
        const best = candidates.find(({ valid }) => valid === true) ?? candidates.find(({ valid }) => valid === null);
        if (best) expect(keptIds(all, keep)).toContain(best.id);
      }),
    );
  });

  test('pinned ones and those from before a restore stay', () => {
    fc.assert(
      fc.property(snapshots, keepLast, (all, keep) => {
        const kept = keptIds(all, keep);
        for (const { id, pinned, trigger } of all)
          if (pinned || trigger === 'before-restore') expect(kept).toContain(id);
      }),
    );
  });

  test('at most `keepLast` are kept by the count: present, not known to be bad, and the newest', () => {
    fc.assert(
      fc.property(snapshots, keepLast, (all, keep) => {
        const counted = decide(all, keep).filter(({ reasons }) =>
          reasons.some((reason) => /^latest-\d+$/.test(reason)),
        );
        const countable = newestFirst(all).filter(
          ({ valid, missing, trigger }) => valid !== false && !missing && trigger !== 'before-restore',
        );
        expect(counted.map(({ id }) => id)).toEqual(countable.slice(0, keep).map(({ id }) => id));
      }),
    );
  });

  test('the order they are given in does not matter', () => {
    fc.assert(
      fc.property(
        snapshots.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))),
        keepLast,
        ([all, shuffled], keep) => {
          expect(decide(shuffled, keep)).toEqual(decide(all, keep));
        },
      ),
    );
  });

  test('who keeps more keeps at least what who keeps fewer does', () => {
    fc.assert(
      fc.property(snapshots, keepLast, (all, keep) => {
        const more = keptIds(all, keep + 1);
        for (const id of keptIds(all, keep)) expect(more).toContain(id);
        expect(keptIds(all, null).size).toBe(all.length);
      }),
    );
  });

  test('to prune twice removes nothing more', () => {
    fc.assert(
      fc.property(snapshots, keepLast, (all, keep) => {
        const kept = keptIds(all, keep);
        const left = all.filter(({ id }) => kept.has(id));
        expect(keptIds(left, keep)).toEqual(kept);
      }),
    );
  });
});

test('reasons say which rule keeps and which removes', () => {
  const base = { pinned: false, missing: false, trigger: 'manual', valid: true, level: 'checked' } as const;
  const day = (n: number) => new Date(Date.UTC(2026, 10, n)).toISOString();
  const decisions = decideRetention(
    [
      { ...base, id: 'old', createdAt: day(1) },
      { ...base, id: 'pinned', createdAt: day(2), pinned: true },
      { ...base, id: 'safety', createdAt: day(3), trigger: 'before-restore' },
      { ...base, id: 'good', createdAt: day(4) },
      { ...base, id: 'bad', createdAt: day(5), valid: false },
      { ...base, id: 'unproven', createdAt: day(6), valid: null },
    ],
    { ...KEEP_ALL, keepLast: 1 },
    'UTC',
  );
  expect(Object.fromEntries(decisions.map(({ id, keep, reasons }) => [id, [keep, ...reasons]]))).toEqual({
    unproven: [true, 'latest-1'],
    bad: [false, 'not-valid'],
    good: [true, 'newest-good'],
    safety: [true, 'before-restore'],
    pinned: [true, 'pinned'],
    old: [false, 'beyond-last-1'],
  });
});

test('without any there is no newest good one', () => {
  expect(findNewestGood([])).toBeUndefined();
  expect(decide([], 1)).toEqual([]);
});
