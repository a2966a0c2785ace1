import type { Point } from '../model/history/point.ts';
import { DAY_MS } from '../rules/durations.ts';
import { HOUR_MS } from './history-periods.ts';

/** Captures take at most one twentieth of the time. */
const CAPTURE_SHARE = 20;

/** What could have been lost is judged by the points of so long before the newest one. */
const RECENT_MS = DAY_MS;

type ReachPoint = Pick<Point, 'txid' | 'madeAt' | 'sinceLookMs'>;

/**
 * Returns the time between two captures, in milliseconds: what is set, and at least 20 times what the last one took. Where
 * writers wait for a capture, it is at least an hour.
 */
export function captureIntervalMs(intervalSeconds: number, last: LastCapture): number {
  const least = last.journalMode === null || last.journalMode === 'wal' ? 0 : HOUR_MS;
  return Math.max(intervalSeconds * 1000, Math.ceil((last.captureMs ?? 0) * CAPTURE_SHARE), least);
}

/** What is known of the last capture. */
interface LastCapture {
  captureMs: number | null;
  journalMode: string | null;
}

/** So long changes may not be captured at least before a history is overdue. */
const LEAST_GRACE_MS = HOUR_MS;

/**
 * When a history becomes overdue, in milliseconds since 1970: after three intervals without a look at the database.
 * @param since the last look, or when the history was turned on
 */
export const historyOverdueAt = (since: number, intervalMs: number): number =>
  since + Math.max(3 * intervalMs, LEAST_GRACE_MS);

/**
 * What the captures of a day take.
 * @param bytes of the captures since an instant
 * @param spanMs from that instant to the newest point
 * @returns `null`: that is not long enough to tell
 */
export const bytesPerDay = (bytes: number, spanMs: number): number | null =>
  spanMs < HOUR_MS ? null : Math.round((bytes / Math.min(spanMs, DAY_MS)) * DAY_MS);

/**
 * Returns the longest time, in milliseconds, for which changes were not captured lately: within a day before the newest
 * point, by what is stored, and since the database was last looked at. `null`: there is no point, so everything may be lost.
 * @param lastLookAt when the last capture, or the last look that found no change, was over; in milliseconds since 1970
 * @param now in milliseconds since 1970
 */
export function maximumDataLossMs(points: readonly ReachPoint[], lastLookAt: number, now: number): number | null {
  const inOrder = points.toSorted((a, b) => a.txid - b.txid);
  const newest = inOrder.at(-1);
  if (newest === undefined) return null;
  const since = Date.parse(newest.madeAt) - RECENT_MS;
  return inOrder.reduce(
    (longest, { madeAt, sinceLookMs }) => (Date.parse(madeAt) > since ? Math.max(longest, sinceLookMs ?? 0) : longest),
    Math.max(0, now - lastLookAt),
  );
}

const GIB = 1_073_741_824;

/**
 * Returns how many bytes of captures may wait for destinations: twice the size of the database or 1 GiB, whichever is more,
 * and never more than half of the space that they could have.
 * @param waiting bytes that wait now
 * @param free bytes that are free on their disk
 */
export function outboxLimit({
  databaseBytes,
  waiting,
  free,
}: Record<'databaseBytes' | 'waiting' | 'free', number>): number {
  return Math.min(Math.max(2 * databaseBytes, GIB), (waiting + free) / 2);
}
