import { ActionIcon, Button, Group, SegmentedControl, Text } from '@mantine/core';
import { IconChevronLeft, IconChevronRight, IconMinus, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import type { Point } from '../../../src-shared/model/history/point.ts';
import type { TimelineBucket, TimelineGap, TimelineMark } from '../../../src-shared/model/history/timeline.ts';
import { TIMELINE_ZOOMS, type TimelineZoom } from '../../../src-shared/rules/history/timeline.ts';
import {
  movedView,
  type TimelineView,
  viewAround,
  viewEnd,
  viewShowing,
  zoomedView,
  zoomOf,
} from '../../../src-shared/rules/history/timeline-view.ts';
import { eventsInWords } from '../../../src-shared/words/history-words.ts';
import { clockTime, dayInWords, momentLabel } from '../../../src-shared/words/moments.ts';
import { TimelineChart } from './timeline-chart.tsx';
import { TimelineTable } from './timeline-table.tsx';
import './history.css';

/** Where the cursor goes, from the selected point. */
export type TimelineMove =
  | 'previous-point'
  | 'next-point'
  | 'previous-mark'
  | 'next-mark'
  | 'first-point'
  | 'last-point';

export interface TimelineProps {
  view: TimelineView;
  onView(view: TimelineView): void;
  /** What the view shows, the oldest first. */
  buckets: readonly TimelineBucket[];
  marks: readonly TimelineMark[];
  gaps: readonly TimelineGap[];
  selected: Pick<Point, 'txid' | 'madeAt'> | null;
  /** What the selected point is, as a sentence. */
  selectedText: string;
  /** What the height of a bar stands for: changed pages, or points where the pages are not counted. */
  measure?: 'changedPages' | 'points';
  /** Whether the history has no point at all, not only in this view. */
  empty: boolean;
  /** In milliseconds since 1970. */
  now: number;
  onMove(move: TimelineMove): void;
  /** The last point up to an instant is to be selected. */
  onPick(instant: string): void;
  onSelect(txid: number): void;
}

const MOVES: Record<string, TimelineMove> = {
  ArrowLeft: 'previous-point',
  ArrowRight: 'next-point',
  'Shift+ArrowLeft': 'previous-mark',
  'Shift+ArrowRight': 'next-mark',
  Home: 'first-point',
  End: 'last-point',
};
const ZOOMS: Record<string, 1 | -1> = { '+': 1, '=': 1, '-': -1, '−': -1 };
const ZOOM_LABELS = TIMELINE_ZOOMS.map(({ name }) => ({
  value: name,
  label: name.slice(0, 1).toUpperCase() + name.slice(1),
}));
/** So many events are listed beneath the chart. */
const LISTED_MARKS = 6;

/** The points of a history over time: how much changed, what happened, and which point is selected. */
export function Timeline(props: TimelineProps) {
  const { view, onView, selected, selectedText, marks, now, onMove, onSelect } = props;
  const [asTable, setAsTable] = useState(false);
  const at = selected === null ? null : Date.parse(selected.madeAt);
  const press = (event: React.KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = MOVES[event.shiftKey && event.key.startsWith('Arrow') ? `Shift+${event.key}` : event.key];
    const zoom = ZOOMS[event.key];
    if (move === undefined && zoom === undefined) return;
    event.preventDefault();
    if (move !== undefined) onMove(move);
    if (zoom !== undefined) onView(zoomedView(view, zoom, at));
  };
  return (
    <section className="timeline" aria-label="Timeline">
      <Toolbar {...props} at={at} asTable={asTable} onTable={() => setAsTable(!asTable)} />
      {asTable ? (
        <TimelineTable {...props} />
      ) : (
        <>
          <div
            className="timeline-cursor"
            role="slider"
            tabIndex={0}
            aria-label="Point in time"
            aria-valuemin={view.from}
            aria-valuemax={viewEnd(view)}
            aria-valuenow={Math.min(Math.max(at ?? view.from, view.from), viewEnd(view))}
            aria-valuetext={selected === null ? 'No point selected' : selectedText}
            aria-describedby="timeline-keys"
            onKeyDown={press}
          >
            <TimelineChart {...props} />
          </div>
          <p id="timeline-keys" className="timeline-note">
            Arrow keys select the previous or next point, with Shift the previous or next event. Plus and minus zoom.
          </p>
        </>
      )}
      {marks.length > 0 && (
        <ul className="timeline-events" aria-label="Events">
          {marks.slice(-LISTED_MARKS).map((mark) => (
            <li key={mark.txid}>
              <Button
                size="compact-sm"
                fw={500}
                variant={mark.txid === selected?.txid ? 'light' : 'subtle'}
                aria-pressed={mark.txid === selected?.txid}
                onClick={() => {
                  onView(viewShowing(view, Date.parse(mark.at)));
                  onSelect(mark.txid);
                }}
              >
                {momentLabel(mark.at, now)}: {eventsInWords(mark.events)}
              </Button>
            </li>
          ))}
          {marks.length > LISTED_MARKS && (
            <li className="timeline-note">{marks.length - LISTED_MARKS} earlier in this view</li>
          )}
        </ul>
      )}
    </section>
  );
}

interface ToolbarProps extends TimelineProps {
  /** The instant that is selected, in milliseconds since 1970. */
  at: number | null;
  asTable: boolean;
  onTable(): void;
}

function Toolbar({ view, onView, at, now, asTable, onTable }: ToolbarProps) {
  const middle = view.from + zoomOf(view).spanMs / 2;
  const around = at !== null && at >= view.from && at < viewEnd(view) ? at : middle;
  const [widest, closest] = [TIMELINE_ZOOMS[0].name, TIMELINE_ZOOMS.at(-1)?.name];
  return (
    <Group justify="space-between" gap="xs">
      <Group gap={4} wrap="nowrap">
        <IconButton label="Earlier" icon={<IconChevronLeft size={18} />} onClick={() => onView(movedView(view, -1))} />
        <Text size="sm" className="timeline-span">
          {spanInWords(view, now)}
        </Text>
        <IconButton label="Later" icon={<IconChevronRight size={18} />} onClick={() => onView(movedView(view, 1))} />
      </Group>
      <Group gap={6} className="timeline-zoom">
        <IconButton
          label="Zoom out"
          icon={<IconMinus size={18} />}
          disabled={view.zoom === widest}
          onClick={() => onView(zoomedView(view, -1, at))}
        />
        <SegmentedControl
          size="xs"
          aria-label="Zoom"
          data={ZOOM_LABELS}
          value={view.zoom}
          onChange={(zoom) => onView(viewAround(zoom as TimelineZoom, around))}
        />
        <IconButton
          label="Zoom in"
          icon={<IconPlus size={18} />}
          disabled={view.zoom === closest}
          onClick={() => onView(zoomedView(view, 1, at))}
        />
        <Button size="compact-sm" variant="default" onClick={onTable}>
          {asTable ? 'Show as chart' : 'Show as table'}
        </Button>
      </Group>
    </Group>
  );
}

interface IconButtonProps {
  label: string;
  icon: React.ReactNode;
  disabled?: boolean;
  onClick(): void;
}

function IconButton({ label, icon, disabled = false, onClick }: IconButtonProps) {
  return (
    <ActionIcon variant="default" size="md" aria-label={label} title={label} disabled={disabled} onClick={onClick}>
      {icon}
    </ActionIcon>
  );
}

/** From when to when a view is, as exactly as its zoom needs. */
function spanInWords(view: TimelineView, now: number): string {
  const [from, to] = [view.from, viewEnd(view)].map((at) => new Date(at).toISOString()) as [string, string];
  if (['year', 'month', 'week'].includes(view.zoom)) return `${dayInWords(from, now)} – ${dayInWords(to, now)}`;
  const sameDay = dayInWords(from, now) === dayInWords(to, now);
  if (view.zoom === 'minute') return `${dayInWords(from, now)} ${clockTime(from)} – ${clockTime(to)}`;
  return `${momentLabel(from, now)} – ${sameDay ? clockTime(to).slice(0, 5) : momentLabel(to, now)}`;
}
