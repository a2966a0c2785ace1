import { expect, test } from 'vitest';
import {
  bytesPerDay,
  captureIntervalMs,
  historyOverdueAt,
  maximumDataLossMs,
} from '../../../src-shared/retention/history-reach.ts';
import { lossOfNewestPoint, weighedPoint } from '../../../src-shared/retention/point-brake.ts';
import { clockReasons, lastBeforeFreshGap } from '../../../src-shared/retention/prune-brake.ts';

const START = Date.UTC(2026, 10, 1);
const MINUTE = 60_000;
const at = (minute: number): string => new Date(START + minute * MINUTE).toISOString();
const point = (txid: number, minute: number, sinceLookMs: number | null = MINUTE) => ({
  txid,
  madeAt: at(minute),
  sinceLookMs,
});

test('captures take at most a twentieth of the time, and are made at most hourly where writers wait', () => {
  expect(captureIntervalMs(60, { captureMs: null, journalMode: null })).toBe(60_000);
  expect(captureIntervalMs(60, { captureMs: 900, journalMode: 'wal' })).toBe(60_000);
  expect(captureIntervalMs(60, { captureMs: 12_000, journalMode: 'wal' })).toBe(240_000);
  expect(captureIntervalMs(60, { captureMs: 900, journalMode: 'delete' })).toBe(60 * MINUTE);
});

test('a history is overdue after three intervals without a look, an hour at least', () => {
  expect(historyOverdueAt(START, MINUTE)).toBe(START + 60 * MINUTE);
  expect(historyOverdueAt(START, 60 * MINUTE)).toBe(START + 180 * MINUTE);
});

test('what a day of captures takes is measured, once there is an hour of them', () => {
  expect(bytesPerDay(1000, 59 * MINUTE)).toBeNull();
  expect(bytesPerDay(1000, 12 * 60 * MINUTE)).toBe(2000);
  expect(bytesPerDay(1000, 3 * 24 * 60 * MINUTE)).toBe(1000);
});

test('the maximum data loss is the longest time without a look, of the last day and until now', () => {
  const points = [point(1, 0, 90 * MINUTE), point(2, 2 * 24 * 60, 4 * MINUTE), point(3, 2 * 24 * 60 + 1, null)];
  const lastLook = START + (2 * 24 * 60 + 3) * MINUTE;
  expect(maximumDataLossMs(points, lastLook, lastLook + MINUTE)).toBe(4 * MINUTE);
  expect(maximumDataLossMs(points, lastLook, lastLook + 9 * MINUTE)).toBe(9 * MINUTE);
  // A clock that was set back makes no time negative.
  expect(maximumDataLossMs(points, lastLook, START)).toBe(4 * MINUTE);
  expect(maximumDataLossMs([], lastLook, lastLook)).toBeNull();
});

const weighty = (txid: number, minute: number, rows: number | null) => ({
  txid,
  madeAt: at(minute),
  pages: 100,
  tables: rows === null ? null : [{ name: 'orders', rows }],
});

test('the brake sees in points what it sees in snapshots: wrong clocks, and a long time without a point', () => {
  const points = [weighty(1, 0, 10), weighty(2, 600_000, 10), weighty(3, 10, 10)].map((each) =>
    weighedPoint(each, 4096),
  );
  expect(clockReasons(points, null, START + 601_000 * MINUTE).map(({ kind }) => kind)).toEqual(['clock-went-back']);
  expect(clockReasons(points, null, START).map(({ kind }) => kind)).toEqual(['future-date']);
  expect(lastBeforeFreshGap(points.slice(0, 2), START + 601_000 * MINUTE)).toBe(1);
  expect(points[0]).toMatchObject({ order: 1, rowCount: 10, tableCount: 1, bytes: 409_600 });
});

test('the brake compares the newest point whose rows were counted with the fullest', () => {
  const points = [weighty(1, 0, 90), weighty(2, 1, 100), weighty(4, 3, null), weighty(3, 2, 10)];
  expect(lossOfNewestPoint(points, 4096)).toBe('Point 3 has 90 % fewer rows than Point 2: 10 instead of 100.');
  expect(lossOfNewestPoint(points.slice(0, 2), 4096)).toBeNull();
  expect(lossOfNewestPoint([weighty(1, 0, null)], 4096)).toBeNull();
});
