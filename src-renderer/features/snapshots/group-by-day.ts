import type { ListedSnapshot } from '../../../src-shared/model/snapshot.ts';
import { dayInWords } from '../../../src-shared/words/moments.ts';

/** A line of the table: the heading of a day, or a snapshot. */
export type TableLine = { kind: 'day'; day: string } | { kind: 'snapshot'; snapshot: ListedSnapshot };

/** Puts a heading before the snapshots of each day; the order stays. */
export function groupByDay(snapshots: readonly ListedSnapshot[], now: number): TableLine[] {
  const lines: TableLine[] = [];
  let last: string | undefined;
  for (const snapshot of snapshots) {
    const day = dayInWords(snapshot.createdAt, now);
    if (day !== last) lines.push({ kind: 'day', day });
    last = day;
    lines.push({ kind: 'snapshot', snapshot });
  }
  return lines;
}
