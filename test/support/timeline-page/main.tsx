/// <reference types="vite/client" />
import '@mantine/core/styles.css';
import '../../../src-renderer/app/theme.css';
import '../../../src-renderer/components/components.css';
import '../../../src-renderer/components/charts/charts.css';
import { MantineProvider } from '@mantine/core';
import { useState } from 'react';
import { createRoot } from 'react-dom/client';
import { theme } from '../../../src-renderer/app/theme.ts';
import { factsOfPoint } from '../../../src-renderer/features/history/point-facts.ts';
import { type PointAction, PointPanel } from '../../../src-renderer/features/history/point-panel.tsx';
import { Timeline, type TimelineMove } from '../../../src-renderer/features/history/timeline.tsx';
import type { Point, PointEventKind } from '../../../src-shared/model/history/point.ts';
import {
  TIMELINE_ZOOMS,
  type TimelineZoom,
  timelineBuckets,
  timelineGaps,
  timelineMarks,
} from '../../../src-shared/rules/history/timeline.ts';
import {
  type TimelineView,
  viewEnd,
  viewShowing,
  viewUpTo,
  zoomOf,
} from '../../../src-shared/rules/history/timeline-view.ts';
import { pointInWords } from '../../../src-shared/words/history-words.ts';

const NOW = Date.UTC(2026, 10, 28, 15, 0, 30);
const MINUTE = 60_000;
const HASH = 'ab'.repeat(32);
const asked = new URLSearchParams(location.search);

function pointAt(txid: number, minutesAgo: number, events: PointEventKind[], sinceLookMs: number): Point {
  return {
    historyId: '0b6ed5a1-6a4c-4b7e-9d3a-0c1f5c1c9a11',
    planId: null,
    txid,
    madeAt: new Date(NOW - minutesAgo * MINUTE - 20_000).toISOString(),
    pages: 120_000,
    changedPages: events.includes('new-base') ? 120_000 : 5 + ((txid * 7919) % 400) + (txid % 41 === 0 ? 6000 : 0),
    bytes: 1_100_000,
    sha256: HASH,
    rootHash: HASH,
    schemaHash: HASH,
    tables: [
      { name: 'orders', rows: 48_112 },
      { name: 'users', rows: 9_310 },
    ],
    events,
    sinceLookMs,
    pinned: false,
    verification: { at: new Date(NOW - 3_600_000).toISOString(), level: 'restored', valid: true },
  };
}

/** A year of days, a month of hours and some hours of minutes, with what can happen. */
function makePoints(): Point[] {
  const minutes = [
    ...Array.from({ length: 300 }, (_, n) => 32 * 1440 + (300 - n) * 1440),
    ...Array.from({ length: 30 * 12 }, (_, n) => 2 * 1440 + (360 - n) * 120),
    ...Array.from({ length: 46 }, (_, n) => 1440 * 2 - n * 60),
    ...Array.from({ length: 120 }, (_, n) => 119 - n).filter((minute) => minute < 80 || minute > 104),
  ];
  const events = new Map<number, PointEventKind[]>([
    [90, ['schema-changed']],
    [340, ['new-base']],
    [600, ['rows-dropped']],
    [706 + 15, ['gap']],
    [780, ['rows-dropped', 'schema-changed']],
    [782, ['restored']],
  ]);
  return minutes.map((ago, n) => {
    const kinds = events.get(n + 1) ?? [];
    return pointAt(n + 1, ago, kinds, kinds.includes('gap') ? 25 * MINUTE : MINUTE);
  });
}

const points = asked.has('empty') ? [] : makePoints();
const ofRules = points.map(({ txid, madeAt, changedPages, events }) => ({
  txid,
  madeAt: Date.parse(madeAt),
  changedPages,
  events,
}));

function nextOf(move: TimelineMove, selected: Point | null): Point | undefined {
  const among = move.endsWith('mark') ? points.filter(({ events }) => events.length > 0) : points;
  const at = selected?.txid ?? Number.POSITIVE_INFINITY;
  if (move === 'first-point') return among[0];
  if (move === 'last-point') return among.at(-1);
  return move.startsWith('previous') ? among.findLast(({ txid }) => txid < at) : among.find(({ txid }) => txid > at);
}

function Page() {
  const zoom = (asked.get('zoom') ?? 'hour') as TimelineZoom;
  const [view, setView] = useState<TimelineView>(
    viewUpTo(TIMELINE_ZOOMS.some(({ name }) => name === zoom) ? zoom : 'hour', NOW),
  );
  const [selected, setSelected] = useState<Point | null>(null);
  const [action, setAction] = useState<PointAction | null>(null);
  const select = (point: Point | undefined): void => {
    if (point === undefined) return;
    setSelected(point);
    setView(viewShowing(view, Date.parse(point.madeAt)));
  };
  const act = (chosen: PointAction): void => {
    setAction(chosen);
    if (chosen === 'just-before') select(nextOf('previous-point', selected));
  };
  const [from, to] = [view.from, viewEnd(view)];
  const isShown = (at: string): boolean => Date.parse(at) >= from && Date.parse(at) < to;
  return (
    <main style={{ padding: 16, height: '100%', overflow: 'auto' }}>
      <h1>History</h1>
      <div style={{ background: 'var(--card)', padding: 16, display: 'grid', gap: 16, borderRadius: 8 }}>
        <h2>Points in time</h2>
        <Timeline
          {...{ view, selected, now: NOW, empty: points.length === 0 }}
          selectedText={selected === null ? '' : pointInWords(selected, NOW)}
          onView={setView}
          buckets={timelineBuckets(ofRules, from, to, zoomOf(view).bucketMs)}
          marks={timelineMarks(ofRules).filter(({ at }) => isShown(at))}
          gaps={timelineGaps(points)}
          onMove={(move) => select(nextOf(move, selected))}
          onPick={(instant) => select(points.findLast(({ madeAt }) => madeAt <= instant))}
          onSelect={(txid) => setSelected(points.find((point) => point.txid === txid) ?? null)}
        />
        {selected !== null && (
          <PointPanel
            point={selected}
            facts={factsOfPoint(selected, NOW)}
            actions={[
              ['browse', 'Browse'],
              ['verify', 'Verify'],
            ]}
            now={NOW}
            onAction={act}
          />
        )}
        <p role="status">{action === null ? '' : `Action: ${action}`}</p>
      </div>
    </main>
  );
}

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(
  <MantineProvider theme={theme} defaultColorScheme="auto">
    <Page />
  </MantineProvider>,
);
