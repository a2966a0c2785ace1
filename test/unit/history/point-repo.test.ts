import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCatalog } from '../../../src-main/core/catalog/catalog.ts';
import { type Point, PointEventKind } from '../../../src-shared/model/history/point.ts';
import { timelineBuckets, timelineMarks } from '../../../src-shared/rules/history/timeline.ts';
import { temporaryFolder } from '../../support/temp-folder.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 1);
const HISTORY = '0b6ed5a1-6a4c-4b7e-9d3a-0c1f5c1c9a11';

const newHistory = (path = join(temporaryFolder(), 'catalog.db')) => {
  const catalog = createCatalog(path);
  catalog.histories.add({
    id: HISTORY,
    planId: null,
    pageSize: 4096,
    newestTxid: 0,
    newestRoot: null,
    encryptedWith: null,
    lookedAt: null,
    captureMs: null,
    journalMode: null,
    ...{ writer: null, folder: 'app-12345678.history', brake: null, reviewedTxid: 0 },
  });
  return catalog;
};

const point = (txid: number, more: Partial<Point> = {}): Point => ({
  historyId: HISTORY,
  planId: null,
  txid,
  madeAt: new Date(START + txid * MINUTE).toISOString(),
  pages: 120_000,
  changedPages: 400,
  bytes: 1_100_000,
  sha256: randomBytes(32).toString('hex'),
  rootHash: randomBytes(32).toString('hex'),
  schemaHash: 'ab'.repeat(32),
  tables: null,
  events: [],
  sinceLookMs: MINUTE,
  pinned: false,
  verification: null,
  ...more,
});

test('a point is read as it was entered', () => {
  const catalog = newHistory();
  const full = point(2, {
    tables: [
      { name: 'orders', rows: 0 },
      { name: 'a "b" é', rows: 2 ** 40 + 127 },
      { name: 'vectors', rows: null },
    ],
    events: ['rows-dropped', 'gap'],
    pinned: true,
    verification: { at: '2026-11-02T00:00:00.000Z', level: 'restored', valid: false },
  });
  catalog.points.enter([point(1), full]);
  expect(catalog.points.get(HISTORY, 2)).toEqual(full);
  expect(catalog.points.get(HISTORY, 3)).toBeUndefined();
  expect(catalog.points.justBefore(HISTORY, 2)?.txid).toBe(1);
  expect(catalog.points.at(HISTORY, full.madeAt)?.txid).toBe(2);
  expect(catalog.points.at(HISTORY, point(1).madeAt)?.txid).toBe(1);
  expect(catalog.points.at(HISTORY, '2026-10-01T00:00:00.000Z')).toBeUndefined();
});

test('what happens to a point later is kept with it', () => {
  const catalog = newHistory();
  catalog.points.enter([point(1, { events: ['gap'] }), point(2)]);
  catalog.points.addEvents(HISTORY, 1, ['restored', 'gap']);
  catalog.points.setPinned(HISTORY, 1, true);
  const verification = { at: '2026-11-02T00:00:00.000Z', level: 'restored', valid: true } as const;
  catalog.points.setVerified(HISTORY, 1, verification);
  expect(catalog.points.get(HISTORY, 1)).toMatchObject({ events: ['restored', 'gap'], pinned: true, verification });
  expect(catalog.points.retained(HISTORY)).toEqual([
    { txid: 1, madeAt: START + MINUTE, pinned: true, valid: true },
    { txid: 2, madeAt: START + 2 * MINUTE, pinned: false, valid: null },
  ]);
  catalog.points.remove(HISTORY, [1]);
  expect(catalog.points.page(HISTORY, { limit: 10 }).map(({ txid }) => txid)).toEqual([2]);
  catalog.histories.remove(HISTORY);
  expect(catalog.points.page(HISTORY, { limit: 10 })).toEqual([]);
});

test('a history gives no TXID a second time', () => {
  const { histories } = newHistory();
  histories.change(HISTORY, { newestTxid: 7, newestRoot: 'cd'.repeat(32), lookedAt: '2026-11-02T00:00:00.000Z' });
  expect(() => histories.change(HISTORY, { newestTxid: 6 })).toThrow('The history already has point 7.');
  histories.change(HISTORY, { captureMs: 12 });
  expect(histories.require(HISTORY)).toMatchObject({ newestTxid: 7, captureMs: 12 });
  expect(histories.ofPlans()).toEqual([]);
});

test('the summary and the marks that SQL makes are those of the rules, whatever clocks said', () => {
  const some = fc.record({
    minute: fc.integer({ min: -50, max: 400 }),
    changedPages: fc.integer({ min: 1, max: 1000 }),
    events: fc.subarray(PointEventKind.options),
  });
  const part = fc.record({
    from: fc.integer({ min: -60, max: 200 }).map((minute) => START + minute * MINUTE + 1),
    length: fc.integer({ min: 1, max: 60 }),
    bucketMs: fc.constantFrom(MINUTE, 7 * MINUTE + 1, 60 * MINUTE),
  });
  const catalog = newHistory();
  fc.assert(
    fc.property(fc.array(some, { maxLength: 30 }), part, (all, { from, length, bucketMs }) => {
      const to = from + length * bucketMs;
      const points = all.map(({ minute, ...rest }, n) => ({ ...rest, txid: n + 1, madeAt: START + minute * MINUTE }));
      catalog.points.enter(
        points.map(({ madeAt, ...rest }) => point(rest.txid, { ...rest, madeAt: new Date(madeAt).toISOString() })),
      );
      expect(catalog.points.summary(HISTORY, { from, to, bucketMs })).toEqual(
        timelineBuckets(points, from, to, bucketMs),
      );
      const shown = timelineMarks(points).filter((mark) => Date.parse(mark.at) >= from && Date.parse(mark.at) < to);
      expect(catalog.points.marks(HISTORY, { from, to }, 1000)).toEqual(shown);
      catalog.points.remove(
        HISTORY,
        points.map(({ txid }) => txid),
      );
    }),
    { numRuns: 25 },
  );
});

test('a month of minutes takes less than 20 MB, and its list and its summary less than 100 ms', () => {
  const path = join(temporaryFolder(), 'catalog.db');
  const first = newHistory(path);
  const tables = Array.from({ length: 20 }, (_, n) => ({ name: `a_table_with_a_name_${n}`, rows: 50_000 * (n + 1) }));
  const day = Array.from({ length: 1440 }, (_, n) =>
    point(n + 1, { tables, events: n % 500 === 0 ? ['schema-changed'] : [] }),
  );
  first.points.enter(day);
  first.close();
  const file = new Database(path);
  file.exec(`
    WITH RECURSIVE days(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM days WHERE n < 29)
    INSERT INTO points SELECT history, txid + 1440 * n, made_at + 86400000 * n, pages, changed_pages, bytes, randomblob(32),
      randomblob(32), schema, rows, events, since_look_ms, pinned, verified_at, level, valid FROM points, days`);
  file.close();
  const catalog = createCatalog(path);
  expect(catalog.points.retained(HISTORY)).toHaveLength(43_200);
  // The time that is computed, for other tests run at the same time.
  const fastest = (ask: () => unknown): number =>
    Math.min(
      ...[1, 2, 3].map(() => {
        const before = process.cpuUsage();
        ask();
        const { user, system } = process.cpuUsage(before);
        return (user + system) / 1000;
      }),
    );
  const month = { from: START, to: START + 31 * 24 * 60 * MINUTE };
  expect(fastest(() => catalog.points.page(HISTORY, { before: 20_000, limit: 200 }))).toBeLessThan(100);
  expect(fastest(() => catalog.points.summary(HISTORY, { ...month, bucketMs: 360 * MINUTE }))).toBeLessThan(100);
  expect(fastest(() => catalog.points.marks(HISTORY, month, 200))).toBeLessThan(100);
  expect(catalog.points.summary(HISTORY, { ...month, bucketMs: 360 * MINUTE }).length).toBe(121);
  catalog.close();
  expect(statSync(path).size).toBeLessThan(20_000_000);
});
