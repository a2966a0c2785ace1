import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ChainFile, FileChains, isBase } from '../../../src-shared/retention/history-chain.ts';
import { type Merge, MOST_FILES, planMerges } from '../../../src-shared/retention/history-merging.ts';
import { type KeptPoint, keptPoints, type RetainedPoint } from '../../../src-shared/retention/history-retention.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const START = Date.UTC(2026, 0, 1);
const BASE_BYTES = 1_000_000;
const KEEP = { minutesForHours: 2, hoursForDays: 2, daysForDays: 30, monthsForMonths: 12 };

const file = (level: number, min: number, max: number, more: Partial<ChainFile> = {}): ChainFile => ({
  level,
  min,
  max,
  bytes: min === 1 ? BASE_BYTES : 1000,
  madeAt: START + max * MINUTE,
  verified: true,
  locked: false,
  inUse: false,
  ...more,
});
const point = (txid: number, madeAt = START + txid * MINUTE): RetainedPoint => ({
  txid,
  madeAt,
  pinned: false,
  inUse: false,
  valid: null,
});
const keptAt = (...txids: number[]): KeptPoint[] =>
  txids.map((txid) => ({ txid, at: START + txid * MINUTE, reasons: ['minute'] }));
const captures = (from: number, to: number): ChainFile[] =>
  Array.from({ length: to - from + 1 }, (_, n) => file(0, from + n, from + n));
const spans = (merges: ReadonlyArray<Merge<ChainFile>>) => merges.map(({ min, max }) => [min, max]);

/** A merge as it is stored once it is made: the pages of its inputs, of which a part is the same. */
const stored = ({ inputs, min, max, level }: Merge<ChainFile>, madeAt = START + max * MINUTE): ChainFile => {
  const bytes = min === 1 ? BASE_BYTES : Math.ceil(inputs.reduce((sum, each) => sum + each.bytes, 0) * 0.8);
  return file(level, min, max, { bytes, madeAt });
};

/** A history at a destination, with what its service does to it. */
class Simulated {
  files: ChainFile[] = [];
  points: RetainedPoint[] = [];

  capture(madeAt: number, bytes = 1000): void {
    const txid = (this.points.at(-1)?.txid ?? 0) + 1;
    this.points.push(point(txid, madeAt));
    this.files.push(file(txid === 1 ? 9 : 0, txid, txid, { madeAt, ...(txid === 1 ? {} : { bytes }) }));
  }

  kept(now = this.points.at(-1)?.madeAt ?? START): KeptPoint[] {
    return keptPoints(this.points, KEEP, { timeZone: 'UTC', now });
  }

  /** Forgets, merges and removes once. @param steps so many of the steps, then it is killed @returns how many steps there were */
  tidy(steps = Number.POSITIVE_INFINITY): number {
    const kept = this.kept();
    const { merges, newBase, removable } = planMerges(this.files, kept, 'UTC');
    const ids = new Set(kept.map(({ txid }) => txid));
    this.points = this.points.filter(({ txid }) => ids.has(txid));
    const work = [
      ...[...merges, ...(newBase === null ? [] : [newBase])].map((merge) => () => {
        this.files.push(stored(merge, merge.inputs.at(-1)?.madeAt));
      }),
      ...removable.map((gone) => () => {
        this.files = this.files.filter((each) => each !== gone);
      }),
    ];
    for (const step of work.slice(0, steps)) step();
    return work.length;
  }

  /** Goes on until there is nothing left to do. */
  settle(): void {
    for (let rounds = 0; this.tidy() > 0; rounds++) expect(rounds).toBeLessThan(100);
  }

  chains(): Array<ChainFile[] | null> {
    const chains = new FileChains(this.files);
    return this.points.map(({ txid }) => chains.to(txid));
  }
}

describe('between two points that are kept', () => {
  test('captures merge into one file that covers just what lies between them', () => {
    const plan = planMerges([file(9, 1, 1), ...captures(2, 9)], keptAt(1, 5, 8, 9), 'UTC');
    expect(spans(plan.merges)).toEqual([
      [2, 5],
      [6, 8],
    ]);
    expect(plan.removable).toEqual([]);
    expect(plan.newBase).toBeNull();
  });

  test('the inputs go one merge later, once the merged file is stored and verified', () => {
    const files = [file(9, 1, 1), ...captures(2, 5)];
    const [merge] = planMerges(files, keptAt(1, 5, 6), 'UTC').merges;
    expect(merge?.inputs.map(({ max }) => max)).toEqual([2, 3, 4, 5]);
    const merged = file(1, 2, 5);
    const unverified = { ...merged, verified: false };
    const first = planMerges([...files, unverified], keptAt(1, 5, 6), 'UTC');
    expect(first).toEqual({ merges: [], newBase: null, removable: [unverified] });
    const later = planMerges([...files, merged], keptAt(1, 5), 'UTC');
    expect(later.removable.map(({ level, max }) => [level, max])).toEqual([
      [0, 2],
      [0, 3],
      [0, 4],
      [0, 5],
    ]);
  });

  test('what is locked is not merged and, like what is in use, does not go', () => {
    const locked = [file(9, 1, 1), file(0, 2, 2, { locked: true }), ...captures(3, 4)];
    expect(planMerges(locked, keptAt(1, 4, 5), 'UTC').merges).toEqual([]);
    const held = [...locked.slice(0, 2), file(0, 3, 3, { inUse: true }), file(0, 4, 4), file(1, 2, 4)];
    expect(planMerges(held, keptAt(1, 4), 'UTC').removable).toEqual([held[3]]);
  });

  test('a base that was captured between them is not merged into another one', () => {
    const files = [file(9, 1, 1), ...captures(2, 4), file(9, 1, 5), ...captures(6, 8)];
    expect(spans(planMerges(files, keptAt(1, 8, 9), 'UTC').merges)).toEqual([[6, 8]]);
  });
});

describe('bases', () => {
  test('a new one is merged from files when the captures since the last exceed half of it', () => {
    const files = [file(9, 1, 1), file(0, 2, 2, { bytes: 300_000 }), file(0, 3, 3, { bytes: 300_000 })];
    expect(planMerges(files.slice(0, 2), keptAt(1, 2), 'UTC').newBase).toBeNull();
    expect(planMerges(files, keptAt(1, 2, 3), 'UTC').newBase).toMatchObject({
      inputs: files,
      min: 1,
      max: 3,
      level: 9,
    });
  });

  test('a new one is merged every week', () => {
    const files = [file(9, 1, 1), file(0, 2, 2)];
    const lastAfter = (days: number): KeptPoint[] => [
      { txid: 1, at: START, reasons: ['day'] },
      { txid: 2, at: START + MINUTE + days * DAY, reasons: ['newest'] },
    ];
    expect(planMerges(files, lastAfter(6), 'UTC').newBase).toBeNull();
    expect(planMerges(files, lastAfter(7), 'UTC').newBase).toMatchObject({ min: 1, max: 2 });
  });

  test('one goes only when no kept point needs it', () => {
    const files = [file(9, 1, 1), ...captures(2, 4), file(9, 1, 4), ...captures(5, 6), file(9, 1, 6)];
    expect(planMerges(files, keptAt(3, 5, 6), 'UTC').removable.map(({ level, max }) => [level, max])).toEqual([
      [9, 4],
      [0, 6],
    ]);
    expect(planMerges(files, keptAt(5, 6), 'UTC').removable.map(({ max }) => max)).toEqual([1, 2, 3, 4, 6]);
  });

  test('one stays without which the way to a point would be long', () => {
    const heavy = [file(0, 2, 2, { bytes: 400_000 }), file(0, 3, 3, { bytes: 400_000 })];
    const files = [file(9, 1, 1), ...heavy, file(9, 1, 3), file(0, 4, 4), file(9, 1, 4)];
    const { removable } = planMerges(files, keptAt(1, 2, 3, 4), 'UTC');
    expect(removable.map(({ level, max }) => [level, max])).toEqual([
      [0, 3],
      [0, 4],
    ]);
  });
});

/** Runs of captures at changing intervals, some of them large. */
const histories = fc.array(
  fc.record({
    minutes: fc.constantFrom(0.2, 1, 1, 1, 7, 45, 600, 3 * 24 * 60),
    count: fc.integer({ min: 1, max: 90 }),
    bytes: fc.constantFrom(1000, 1000, 20_000, 300_000),
    killedAfter: fc.integer({ min: 0, max: 12 }),
  }),
  { minLength: 1, maxLength: 14 },
);

test('a kill after any step leaves each kept point reachable by about 30 files, and the same plan to go on with', () => {
  fc.assert(
    fc.property(histories, (runs) => {
      const history = new Simulated();
      let now = START;
      for (const { minutes, count, bytes, killedAfter } of runs) {
        for (let n = 0; n < count; n++) {
          now += minutes * MINUTE;
          history.capture(now, bytes);
        }
        history.tidy(killedAfter);
        expect(history.chains()).not.toContain(null);
        history.settle();
        const lengths = history.chains().map((chain) => chain?.length ?? Number.NaN);
        expect(Math.max(...lengths)).toBeLessThanOrEqual(MOST_FILES + 1);
      }
    }),
    { numRuns: 25 },
  );
});

test('the plan depends on nothing but what is stored, in whatever order it is listed', () => {
  const files = [file(9, 1, 1), ...captures(2, 200)];
  const kept = keptPoints(
    Array.from({ length: 200 }, (_, n) => point(n + 1)),
    KEEP,
    { timeZone: 'UTC', now: START + DAY },
  );
  expect(planMerges(files.toReversed(), kept, 'UTC')).toEqual(planMerges(files, kept, 'UTC'));
});

test('a year of points, the last day by the minute, stays bounded', () => {
  const history = new Simulated();
  const most = { files: 0, points: 0, chain: 0, bases: 0 };
  const look = (): void => {
    history.settle();
    const lengths = history.chains().map((chain) => chain?.length ?? Number.NaN);
    most.files = Math.max(most.files, history.files.length);
    most.points = Math.max(most.points, history.points.length);
    most.bases = Math.max(most.bases, history.files.filter(isBase).length);
    most.chain = Math.max(most.chain, ...lengths);
  };
  for (let day = 0; day < 362; day++) {
    for (const hour of [3, 9, 15, 21]) history.capture(START + day * DAY + hour * 60 * MINUTE, 20_000);
    look();
  }
  for (let minute = 0; minute < 36 * 60; minute++) {
    history.capture(START + 362 * DAY + minute * MINUTE, 300);
    if (minute % 20 === 19) look();
  }
  expect(most.points).toBeLessThan(330);
  expect(most.files).toBeLessThan(420);
  expect(most.bases).toBeLessThan(20);
  expect(most.chain).toBeLessThanOrEqual(MOST_FILES + 1);
});
