import type { HistoryReach } from '../model/history/history-reach.ts';
import type { HistoryKeepRules } from '../model/history/history-settings.ts';
import type { Point, PointEventKind } from '../model/history/point.ts';
import type { RunResult } from '../model/run.ts';
import { agoInWords, momentLabel } from './moments.ts';
import { tablesInWords } from './table-rows.ts';
import { bytesInWords, countInWords, durationInWords } from './wording.ts';

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

/** Returns when a point was made and what changed, as sentences. @param now in milliseconds since 1970 */
export function pointInWords(point: Pick<Point, 'txid' | 'madeAt' | 'changedPages' | 'pages' | 'events'>, now: number) {
  const events = point.events.length === 0 ? '' : ` ${eventsInWords(point.events)}.`;
  return `${momentLabel(point.madeAt, now)}, point ${point.txid}, ${changeInWords(point)}.${events}`;
}

/** Returns what a point contains, where it was counted. */
export function pointTablesInWords({ tables }: Pick<Point, 'tables'>): string {
  return tables === null ? 'Not counted' : tablesInWords(tables);
}

/** Says how far back a history goes: `Go back to any minute of the last 2 hours, …`. */
export function keptInWords({ minutesForHours, hoursForDays, daysForDays, monthsForMonths }: HistoryKeepRules): string {
  const kept = [
    minutesForHours > 0 ? `any minute of the last ${countInWords(minutesForHours, 'hour')}` : '',
    hoursForDays > 0 ? `any hour of the last ${countInWords(hoursForDays, 'day')}` : '',
    daysForDays > 0 ? `any day of the last ${countInWords(daysForDays, 'day')}` : '',
    monthsForMonths > 0 ? `any month of the last ${countInWords(monthsForMonths, 'month')}` : '',
  ].filter((each) => each !== '');
  return kept.length === 0 ? 'Only the newest point in time is kept.' : `Go back to ${kept.join(', ')}.`;
}

/** Says why nothing is captured: too much waits for destinations. @param bytes that wait */
export const capturesPausedInWords = (planName: string, bytes: number): string =>
  `Captures of ${planName} are paused: ${bytesInWords(bytes)} of captured changes wait for destinations.`;

/** Says what taking a history over does. */
export const TAKE_OVER_IN_WORDS =
  'The other Snapkeep service stops writing this history, and what it has not stored yet is lost. The next capture here stores the whole database.';

/** Says that the points of a history are not merged. @param reason as a sentence */
export const historyPausedInWords = (reason: string): string => `Merging of points in time is paused: ${reason}`;

/** Says what the review of a paused history does. */
export const REVIEW_HISTORY_IN_WORDS =
  'Compare the newest point with an older one first. Points that the retention no longer keeps are merged then.';

/** Says why nothing is captured here: another service writes the history. @param since as people write dates */
export const otherWriterInWords = (since: string): string =>
  `Another Snapkeep service has written this history since ${since}. Its points in time can be restored here; nothing is captured.`;

/** Returns what a capture has stored: `point 12, 3 pages changed, 4 kB`. */
export function captureInWords({ txid, changedPages, bytes, waiting }: CaptureResult): string {
  const stored =
    txid === null
      ? 'nothing has changed since the newest point in time'
      : `point ${txid}, ${countInWords(changedPages, 'page')} changed, ${bytesInWords(bytes)}`;
  return waiting === 0 ? stored : `${stored}; ${countInWords(waiting, 'destination')} could not store it yet`;
}

type CaptureResult = Omit<Extract<RunResult, { kind: 'capture' }>, 'kind'>;

/** Returns how much data could be lost at most: `4 min 10 s`. */
export const lossInWords = ({ maximumDataLossMs }: Pick<HistoryReach, 'maximumDataLossMs'>): string =>
  maximumDataLossMs === null ? 'Everything: nothing has been captured yet' : durationInWords(maximumDataLossMs);

/** Says what a history takes: `Uses about 4 MB a day.` */
export const usageInWords = ({ bytesPerDay }: Pick<HistoryReach, 'bytesPerDay'>): string =>
  bytesPerDay === null
    ? 'What it uses is measured once an hour of changes has been captured.'
    : `Uses about ${bytesInWords(bytesPerDay)} a day.`;

/** Says how far a history reaches, from what is stored. @param now in milliseconds since 1970 */
export function reachInWords(reach: Reach, now: number): string {
  const { points, storedBytes, oldest } = reach;
  if (oldest === null) return 'Nothing has been captured yet.';
  return `${countInWords(points, 'point')} in time, ${bytesInWords(storedBytes)}. Oldest restore point: ${agoInWords(oldest.madeAt, now)}. Maximum data loss: ${lossInWords(reach)}.`;
}

type Reach = HistoryReach & { points: number; storedBytes: number };
