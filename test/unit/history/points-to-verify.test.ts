import { expect, test } from 'vitest';
import { pointsToVerify, type VerifiablePoint } from '../../../src-shared/retention/points-to-verify.ts';

const HOUR = 3_600_000;
const START = Date.parse('2026-11-20T08:00:00Z');

test('the newest point is verified once an hour while there are captures, and not again', () => {
  expect(pointsToVerify([], START, () => 0)).toEqual([]);
  expect(pointsToVerify([{ txid: 1, restoredAt: null }], START, () => 0)).toEqual([1]);
  const verified: VerifiablePoint[] = [{ txid: 1, restoredAt: START }];
  expect(pointsToVerify(verified, START + 9 * HOUR, () => 0)).toEqual([]);
  const more = [...verified, { txid: 2, restoredAt: null }];
  expect(pointsToVerify(more, START + HOUR / 2, () => 0)).toEqual([]);
  expect(pointsToVerify(more, START + HOUR, () => 0)).toEqual([2]);
});

test('within 30 days each point comes round, some a day, whatever the clock did once', () => {
  const points = Array.from({ length: 211 }, (_, n): { txid: number; restoredAt: number | null } => ({
    txid: n + 1,
    // A clock that was ahead has dated one verification.
    restoredAt: n === 40 ? START + 9000 * HOUR : null,
  }));
  const seen = new Set<number>();
  let most = 0;
  for (let hour = 0; hour < 31 * 24; hour++) {
    const now = START + hour * HOUR;
    const due = pointsToVerify(points, now, () => ((hour * 7919) % 1000) / 1000);
    most = Math.max(most, due.length);
    for (const txid of due) {
      seen.add(txid);
      const point = points[txid - 1];
      if (point !== undefined) point.restoredAt = now + 60_000;
    }
  }
  // The one with a wrong date is the last in line.
  expect(seen.size).toBeGreaterThanOrEqual(210);
  expect(most).toBeLessThanOrEqual(8);
});
