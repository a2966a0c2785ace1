import { type Point, PointEventKind } from '../../model/history/point.ts';
import type { TimelineBucket, TimelineGap, TimelineMark } from '../../model/history/timeline.ts';
import { DAY_MS } from '../durations.ts';
import { shrinkage } from '../state/shrinkage.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** What a timeline shows at once, from the longest time to the shortest, and how long each of its buckets is. */
export const TIMELINE_ZOOMS = [
  { name: 'year', spanMs: 366 * DAY_MS, bucketMs: 2 * DAY_MS },
  { name: 'month', spanMs: 31 * DAY_MS, bucketMs: 6 * HOUR_MS },
  { name: 'week', spanMs: 7 * DAY_MS, bucketMs: HOUR_MS },
  { name: 'day', spanMs: DAY_MS, bucketMs: 10 * MINUTE_MS },
  { name: 'hour', spanMs: HOUR_MS, bucketMs: MINUTE_MS },
  { name: 'minute', spanMs: MINUTE_MS, bucketMs: 1000 },
] as const;
export type TimelineZoom = (typeof TIMELINE_ZOOMS)[number]['name'];

/** Fewer looks than usual are no gap: this many captures have to be missing, for at least this long. */
const MISSED_CAPTURES = 5;
const SHORTEST_GAP_MS = 10 * MINUTE_MS;

/** A point as a timeline sees it. */
export interface TimelinePoint {
  txid: number;
  /** In milliseconds since 1970. */
  madeAt: number;
  changedPages: number;
  events: readonly PointEventKind[];
}

/**
 * Returns what happened at a point, as far as its content says.
 * @param before the point before it; `null`: it is the first
 * @param intervalMs between two captures
 */
export function eventsOf(
  point: Pick<Point, 'pages' | 'changedPages' | 'schemaHash' | 'tables' | 'sinceLookMs'>,
  before: Pick<Point, 'schemaHash' | 'tables'> | null,
  intervalMs: number,
): PointEventKind[] {
  if (before === null) return [];
  const gap = (point.sinceLookMs ?? 0) > Math.max(SHORTEST_GAP_MS, MISSED_CAPTURES * intervalMs);
  const counted = point.tables !== null && before.tables !== null;
  const found: Array<[PointEventKind, boolean]> = [
    ['rows-dropped', counted && shrinkage(before.tables ?? [], point.tables ?? []) !== null],
    ['schema-changed', point.schemaHash !== before.schemaHash],
    ['new-base', point.changedPages >= point.pages],
    ['gap', gap],
  ];
  return found.flatMap(([kind, happened]) => (happened ? [kind] : []));
}

/**
 * Returns how much changed over time, in buckets of one length; those without a point are left out.
 * @param from the beginning of the first bucket, in milliseconds since 1970
 * @param to exclusive
 */
export function timelineBuckets(
  points: readonly TimelinePoint[],
  from: number,
  to: number,
  bucketMs: number,
): TimelineBucket[] {
  const shown = points.filter(({ madeAt }) => madeAt >= from && madeAt < to);
  const byBucket = Map.groupBy(shown, ({ madeAt }) => Math.floor((madeAt - from) / bucketMs));
  return [...byBucket]
    .sort(([a], [b]) => a - b)
    .map(([bucket, inside]) => ({
      ...bucketSpan(bucket, from, bucketMs),
      points: inside.length,
      changedPages: inside.reduce((sum, { changedPages }) => sum + changedPages, 0),
      events: PointEventKind.options.filter((kind) => inside.some(({ events }) => events.includes(kind))),
    }));
}

/** The instants between which a bucket lies. @param bucket counted from 0 */
export function bucketSpan(bucket: number, from: number, bucketMs: number): TimelineGap {
  const start = from + bucket * bucketMs;
  return { from: new Date(start).toISOString(), to: new Date(start + bucketMs).toISOString() };
}

/** Returns the points at which something happened, in the order of making, each with the point just before it. */
export function timelineMarks(points: readonly TimelinePoint[]): TimelineMark[] {
  const inOrder = points.toSorted((a, b) => a.txid - b.txid);
  return inOrder.flatMap(({ txid, madeAt, events }, index) =>
    events.length === 0
      ? []
      : [{ txid, at: new Date(madeAt).toISOString(), events: [...events], before: inOrder[index - 1]?.txid ?? null }],
  );
}

/** Returns the times that were not watched, as the points after them say. */
export function timelineGaps(points: ReadonlyArray<Pick<Point, 'madeAt' | 'sinceLookMs' | 'events'>>): TimelineGap[] {
  return points.flatMap(({ madeAt, sinceLookMs, events }) =>
    events.includes('gap') && sinceLookMs !== null
      ? [{ from: new Date(Date.parse(madeAt) - sinceLookMs).toISOString(), to: madeAt }]
      : [],
  );
}
