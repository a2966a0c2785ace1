import type { RowSpan, RowState } from '../../model/rows/found-rows.ts';

/** What one snapshot says of a row. `version`: which of its versions it contains. */
export type Sighting = { state: 'present'; version: number } | { state: Exclude<RowState, 'present'> };

/** Returns the sightings of a row, which begin with the newest snapshot, as spans of equal ones. */
export function spansOf(sightings: readonly Sighting[]): RowSpan[] {
  const spans: RowSpan[] = [];
  for (const [position, sighting] of sightings.entries()) {
    const version = sighting.state === 'present' ? sighting.version : null;
    const last = spans.at(-1);
    if (last?.state === sighting.state && last.version === version) last.oldest = position;
    else spans.push({ state: sighting.state, version, newest: position, oldest: position });
  }
  return spans;
}

/** A time through which a row was present or missing in every snapshot that is known. */
export interface Presence {
  present: boolean;
  /** Positions of the first and the last snapshot that show it. */
  oldest: number;
  newest: number;
  /** No older, and no newer snapshot says or could say anything else. */
  fromStart: boolean;
  toEnd: boolean;
}

/** Returns when a row was present and when it was missing, the oldest first. Unknown snapshots are passed over. */
export function presencesOf(spans: readonly RowSpan[]): Presence[] {
  const presences: Presence[] = [];
  for (const { state, newest, oldest } of spans.toReversed()) {
    if (state === 'unknown') continue;
    const present = state === 'present';
    const last = presences.at(-1);
    if (last?.present === present) last.newest = newest;
    else presences.push({ present, oldest, newest, fromStart: false, toEnd: false });
  }
  const [first, last] = [presences[0], presences.at(-1)];
  if (first !== undefined) first.fromStart = spans.at(-1)?.state !== 'unknown';
  if (last !== undefined) last.toEnd = spans[0]?.state !== 'unknown';
  return presences;
}

/** A version of a row and the snapshots that show it without another one, or a gap, between them. */
export interface ShownVersion {
  version: number;
  oldest: number;
  newest: number;
}

/** Returns what a row looked like each time, the newest first. Unknown snapshots are passed over. */
export function shownVersionsOf(spans: readonly RowSpan[]): ShownVersion[] {
  const shown: ShownVersion[] = [];
  let before: RowSpan | undefined;
  for (const span of spans) {
    if (span.state === 'unknown') continue;
    const last = shown.at(-1);
    if (last !== undefined && before?.version === span.version && span.version !== null) last.oldest = span.oldest;
    else if (span.version !== null) shown.push({ version: span.version, oldest: span.oldest, newest: span.newest });
    before = span;
  }
  return shown;
}
