import { expect, test } from 'vitest';
import type { TableRows } from '../../../src-shared/model/values.ts';
import {
  eventsOf,
  TIMELINE_ZOOMS,
  timelineBuckets,
  timelineGaps,
  timelineMarks,
} from '../../../src-shared/rules/history/timeline.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 1);
const at = (minute: number): string => new Date(START + minute * MINUTE).toISOString();

const content = (tables: TableRows[] | null, schemaHash = 'a') => ({
  pages: 100,
  changedPages: 3,
  schemaHash,
  tables,
  sinceLookMs: MINUTE,
});
const orders = (rows: number | null): TableRows[] => [
  { name: 'orders', rows },
  { name: 'users', rows: 10 },
];

test('each zoom shows a number of buckets that fits a window', () => {
  const buckets = TIMELINE_ZOOMS.map(({ spanMs, bucketMs }) => spanMs / bucketMs);
  expect(Math.min(...buckets)).toBeGreaterThanOrEqual(60);
  expect(Math.max(...buckets)).toBeLessThanOrEqual(200);
});

test('dropped rows, a changed schema, a rewritten database and a gap are events', () => {
  const before = content(orders(1000));
  expect(eventsOf(content(orders(990)), before, MINUTE)).toEqual([]);
  expect(eventsOf(content(orders(100)), before, MINUTE)).toEqual(['rows-dropped']);
  expect(eventsOf(content([{ name: 'users', rows: 10 }], 'b'), before, MINUTE)).toEqual([
    'rows-dropped',
    'schema-changed',
  ]);
  expect(eventsOf({ ...content(orders(1000)), changedPages: 100 }, before, MINUTE)).toEqual(['new-base']);
  // What was not counted says nothing.
  expect(eventsOf(content(null), before, MINUTE)).toEqual([]);
  expect(eventsOf(content(orders(null)), before, MINUTE)).toEqual([]);
  // The first point is compared with nothing.
  expect(eventsOf({ ...content(null), changedPages: 100 }, null, MINUTE)).toEqual([]);
});

test('a gap is ten minutes without a look, or five captures where they are rarer', () => {
  const after = (minutes: number, intervalMs: number) =>
    eventsOf({ ...content(null), sinceLookMs: minutes * MINUTE }, content(null), intervalMs);
  expect(after(10, MINUTE)).toEqual([]);
  expect(after(11, MINUTE)).toEqual(['gap']);
  expect(after(300, 60 * MINUTE)).toEqual([]);
  expect(after(301, 60 * MINUTE)).toEqual(['gap']);
  const gaps = timelineGaps([
    { madeAt: at(60), sinceLookMs: 45 * MINUTE, events: ['gap'] },
    { madeAt: at(61), sinceLookMs: MINUTE, events: [] },
  ]);
  expect(gaps).toEqual([{ from: at(15), to: at(60) }]);
});

test('buckets add up what changed, and leave out what is before, after and empty', () => {
  const point = (txid: number, minute: number, changedPages: number) => ({
    txid,
    madeAt: START + minute * MINUTE,
    changedPages,
    events: txid === 3 ? (['restored'] as const) : [],
  });
  const points = [point(1, -1, 9), point(2, 0, 5), point(3, 9, 7), point(4, 25, 1), point(5, 30, 9)];
  expect(timelineBuckets(points, START, START + 30 * MINUTE, 10 * MINUTE)).toEqual([
    { from: at(0), to: at(10), points: 2, changedPages: 12, events: ['restored'] },
    { from: at(20), to: at(30), points: 1, changedPages: 1, events: [] },
  ]);
  expect(timelineMarks(points.toReversed())).toEqual([{ txid: 3, at: at(9), events: ['restored'], before: 2 }]);
});
