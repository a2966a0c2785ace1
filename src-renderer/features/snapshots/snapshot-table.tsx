import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useMemo, useRef } from 'react';
import type { ListedSnapshot } from '../../../src-shared/model/snapshot.ts';
import { groupByDay } from './group-by-day.ts';
import { SnapshotRow } from './snapshot-row.tsx';
import './snapshots.css';

const ROW_HEIGHT = 46;
const DAY_HEIGHT = 36;
/** So many lines before the end, more are asked for. */
const NEAR_END = 40;
/** The headings, and the classes that their cells have in `SnapshotRow` too. */
const COLUMNS: ReadonlyArray<readonly [heading: string, className?: string]> = [
  ['Taken'],
  ['Size', 'right'],
  ['Row count', 'row-counts'],
  ['Trigger', 'spare'],
  ['Stored at'],
  ['Kept by'],
  ['Verification'],
  ['Actions'],
];

interface SnapshotTableProps {
  snapshots: readonly ListedSnapshot[];
  now: number;
  /** The last ones are about to be seen. */
  onEnd(): void;
  onDetails(snapshot: ListedSnapshot): void;
  onDelete(snapshot: ListedSnapshot): void;
}

/** Snapshots by day. Only visible rows are rendered, so that long lists scroll smoothly. */
export function SnapshotTable({ snapshots, now, onEnd, onDetails, onDelete }: SnapshotTableProps) {
  const scroll = useRef<HTMLDivElement>(null);
  const lines = useMemo(() => groupByDay(snapshots, now), [snapshots, now]);
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroll.current,
    estimateSize: (index) => (lines[index]?.kind === 'day' ? DAY_HEIGHT : ROW_HEIGHT),
    overscan: 8,
  });
  const isAtEnd = (rows.range?.endIndex ?? 0) + NEAR_END >= lines.length;
  useEffect(() => {
    if (isAtEnd) onEnd();
  }, [isAtEnd, onEnd]);
  return (
    <div className="card table-card" role="table" aria-label="Snapshots" aria-rowcount={snapshots.length + 1}>
      <div role="rowgroup">
        <div className="snapshot-row head" role="row" aria-rowindex={1}>
          {COLUMNS.map(([heading, className]) => (
            <span key={heading} role="columnheader" className={className}>
              {heading === 'Actions' ? <span className="visually-hidden">{heading}</span> : heading}
            </span>
          ))}
        </div>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div className="table-scroll" ref={scroll} role="rowgroup" tabIndex={0} aria-label="Rows">
        <div role="presentation" style={{ height: rows.getTotalSize() }} />
        {rows.getVirtualItems().map(({ key, index, start, size }) => {
          const line = lines[index];
          if (line === undefined) return null;
          if (line.kind === 'snapshot')
            return (
              <SnapshotRow
                key={key}
                snapshot={line.snapshot}
                index={index + 2}
                start={start}
                height={size}
                now={now}
                onDetails={onDetails}
                onDelete={onDelete}
              />
            );
          return <DayRow key={key} day={line.day} start={start} height={size} />;
        })}
      </div>
    </div>
  );
}

function DayRow({ day, start, height }: { day: string; start: number; height: number }) {
  return (
    <div className="virtual day-row" style={{ transform: `translateY(${start}px)`, height }} role="row">
      <span role="cell" aria-colspan={COLUMNS.length}>
        {day}
      </span>
    </div>
  );
}
