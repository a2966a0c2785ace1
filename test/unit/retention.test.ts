import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KEEP_ALL } from '../../src-shared/model/plan.ts';
import { decideRetention, findNewestGood, type RetainedSnapshot } from '../../src-shared/retention/retention.ts';

const NOW = Date.UTC(2026, 10, 15);

const snapshot: fc.Arbitrary<Omit<RetainedSnapshot, 'id' | 'order'>> = fc.record({
  origin: fc.constantFrom('own', 'own', 'own', 'imported'),
  // Few instants, so that some are the same; in no order, and some in the future, as wrong clocks date them.
  createdAt: fc.integer({ min: 0, max: 30 }).map((day) => new Date(Date.UTC(2026, 10, 1 + day)).toISOString()),
  pinned: fc.boolean(),
  missing: fc.boolean(),
  trigger: fc.constantFrom('manual', 'command', 'schedule', 'before-restore'),
  valid: fc.constantFrom(true, false, null),
  level: fc.constantFrom('checked', 'restored'),
  incomplete: fc.boolean(),
});
const snapshots = fc
  .array(snapshot, { maxLength: 40 })
  .map((all) => all.map((one, n): RetainedSnapshot => ({ ...one, id: `id-${n}`, order: n + 1 })));
const keepLast = fc.integer({ min: 1, max: 12 });

const decide = (all: readonly RetainedSnapshot[], keep: number | null) =>
  decideRetention(all, { ...KEEP_ALL, keepLast: keep }, { timeZone: 'UTC', now: NOW });

const keptIds = (all: readonly RetainedSnapshot[], keep: number | null): Set<string> =>
  new Set(
    decide(all, keep)
      .filter((decision) => decision.keep)
      .map((decision) => decision.id),
  );
const newestFirst = (all: readonly RetainedSnapshot[]) =>
  all.filter(({ origin }) => origin === 'own').sort((a, b) => b.order - a.order);

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

  test('the newest verified one stays, or where none is verified the newest not known to be damaged, and the newest', () => {
    fc.assert(
      fc.property(snapshots, keepLast, (all, keep) => {
        const candidates = newestFirst(all).filter(({ missing, trigger }) => !missing && trigger !== 'before-restore');
        const best = candidates.find(({ valid }) => valid === true) ?? candidates.find(({ valid }) => valid === null);
        for (const one of [best, candidates[0]]) if (one) expect(keptIds(all, keep)).toContain(one.id);
      }),
    );
  });

  test('the newest verified one with all its attached files stays, however many incomplete ones come after it', () => {
    fc.assert(
      fc.property(snapshots, keepLast, (all, keep) => {
        const complete = newestFirst(all).find(
          ({ missing, trigger, valid, incomplete }) =>
            !missing && trigger !== 'before-restore' && valid === true && !incomplete,
        );
        if (complete) expect(keptIds(all, keep)).toContain(complete.id);
      }),
    );
  });

  test('imported ones stay, and change nothing for the others', () => {
    fc.assert(
      fc.property(snapshots, keepLast, (all, keep) => {
        const own = all.filter(({ origin }) => origin === 'own');
        const decisions = decide(all, keep);
        expect(decisions.filter(({ id }) => own.some((one) => one.id === id))).toEqual(decide(own, keep));
        const imported = decisions.filter(({ id }) => !own.some((one) => one.id === id));
        expect(imported.every((one) => one.keep && one.reasons.includes('imported'))).toBe(true);
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
  const base = {
    origin: 'own',
    pinned: false,
    missing: false,
    trigger: 'manual',
    valid: true,
    level: 'checked',
    incomplete: false,
  } as const;
  const day = (n: number) => new Date(Date.UTC(2026, 10, n)).toISOString();
  const decisions = decideRetention(
    [
      { ...base, id: 'old', order: 1, createdAt: day(1) },
      { ...base, id: 'pinned', order: 2, createdAt: day(2), pinned: true },
      { ...base, id: 'safety', order: 3, createdAt: day(3), trigger: 'before-restore' },
      { ...base, id: 'good', order: 4, createdAt: day(4) },
      { ...base, id: 'bad', order: 5, createdAt: day(5), valid: false },
      { ...base, id: 'unverified', order: 6, createdAt: day(6), valid: null },
      { ...base, id: 'otherProgram', order: 7, createdAt: day(7), origin: 'imported' },
      { ...base, id: 'newest-bad', order: 8, createdAt: day(8), valid: false },
    ],
    { ...KEEP_ALL, keepLast: 1 },
    { timeZone: 'UTC', now: NOW },
  );
  expect(Object.fromEntries(decisions.map(({ id, keep, reasons }) => [id, [keep, ...reasons]]))).toEqual({
    'newest-bad': [true, 'newest'],
    otherProgram: [true, 'imported'],
    unverified: [true, 'latest-1'],
    bad: [false, 'not-valid'],
    good: [true, 'newest-good'],
    safety: [true, 'before-restore'],
    pinned: [true, 'pinned'],
    old: [false, 'beyond-last-1'],
  });
});

test('where all are damaged, the newest stays', () => {
  const damaged = [1, 2, 3].map(
    (order): RetainedSnapshot => ({
      ...{ id: `${order}`, order, origin: 'own', createdAt: new Date(NOW).toISOString(), pinned: false },
      ...{ missing: false, trigger: 'schedule', valid: false, level: 'checked', incomplete: false },
    }),
  );
  expect([...keptIds(damaged, 1)]).toEqual(['3']);
});

test('without any there is no newest good one', () => {
  expect(findNewestGood([])).toBeUndefined();
  expect(decide([], 1)).toEqual([]);
});
