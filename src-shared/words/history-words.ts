import type { Point, PointEventKind } from '../model/history/point.ts';
import { tablesInWords } from './table-rows.ts';
import { countInWords } from './wording.ts';

/** What happened at a point, as a label. */
export const EVENT_LABELS: Record<PointEventKind, string> = {
  'rows-dropped': 'Rows dropped',
  'schema-changed': 'Schema changed',
  restored: 'Restored',
  pruned: 'Pruned',
  'new-base': 'Rewritten (VACUUM)',
  gap: 'Gap without protection',
};

/** Returns what happened at a point as one label: `Rows dropped, schema changed`. */
export function eventsInWords(events: readonly PointEventKind[]): string {
  const labels = events.map((kind, index) => {
    const label = EVENT_LABELS[kind];
    return index === 0 ? label : label.slice(0, 1).toLowerCase() + label.slice(1);
  });
  return labels.join(', ');
}

/** Returns how much of the database changed at a point: `400 of 120,000 pages changed`. */
export function changeInWords({ changedPages, pages }: Pick<Point, 'changedPages' | 'pages'>): string {
  return `${changedPages.toLocaleString('en-US')} of ${countInWords(pages, 'page')} changed`;
}

/** Returns what a point contains, where it was counted. */
export function pointTablesInWords({ tables }: Pick<Point, 'tables'>): string {
  return tables === null ? 'Not counted' : tablesInWords(tables);
}
