import { expect, test } from 'vitest';
import {
  captureIntervalMs,
  maximumDataLossMs,
  oldestRestorePoint,
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

test('captures take at most a twentieth of the time', () => {
  expect(captureIntervalMs(60, null)).toBe(60_000);
  expect(captureIntervalMs(60, 900)).toBe(60_000);
  expect(captureIntervalMs(60, 12_000)).toBe(240_000);
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

test('the oldest restore point is the first in the order of making, whatever its date', () => {
  expect(oldestRestorePoint([point(5, 0), point(3, 50), point(4, 10)])?.txid).toBe(3);
  expect(oldestRestorePoint([])).toBeNull();
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
