import type { BrakeReason } from '../model/prune.ts';
import type { TableRows } from '../model/values.ts';
import { DAY_MS } from '../rules/durations.ts';
import { bytesInWords, countInWords } from '../words/wording.ts';
import { CLOCK_TOLERANCE_MS, countedInstants } from './trusted-instants.ts';

const WEEK_MS = 7 * DAY_MS;

/** What the brake looks at in a snapshot of a plan's own at one destination. */
export interface WeighedSnapshot {
  id: string;
  order: number;
  name: string;
  createdAt: string;
  tableCount: number;
  rowCount: number;
  /** Of the database and of all that is attached. */
  bytes: number;
}

/** What a snapshot holds. */
export interface SnapshotContent {
  name: string;
  /** How it was made: sizes of snapshots that were made differently say nothing of their content. */
  method: string;
  tables: readonly TableRows[];
  bytes: number;
}

/**
 * Says what is wrong with the clock that dated a plan's snapshots.
 * @param snapshots those that no person has reviewed yet
 * @param laterRun the instant of an earlier run that lies after now; `null`: there is none
 * @param now in milliseconds since 1970
 */
export function clockReasons(
  snapshots: readonly WeighedSnapshot[],
  laterRun: string | null,
  now: number,
): BrakeReason[] {
  const future = snapshots.filter(({ createdAt }) => Date.parse(createdAt) > now + CLOCK_TOLERANCE_MS);
  const [first] = future;
  if (first !== undefined) {
    const more = future.length === 1 ? '' : ` and ${countInWords(future.length - 1, 'other')}`;
    const verb = future.length === 1 ? 'is' : 'are';
    const message = `${first.name}${more} ${verb} dated in the future (${dayOf(first.createdAt)}).`;
    return [{ kind: 'future-date', message }];
  }
  const inOrder = snapshots.toSorted((a, b) => a.order - b.order);
  const newest = inOrder.at(-1);
  const later = inOrder.find(
    ({ createdAt }) => Date.parse(createdAt) > Date.parse(newest?.createdAt ?? createdAt) + CLOCK_TOLERANCE_MS,
  );
  if (newest !== undefined && later !== undefined) {
    const message = `The clock went back: ${newest.name} was taken after ${later.name} but is dated earlier.`;
    return [{ kind: 'clock-went-back', message }];
  }
  if (laterRun === null) return [];
  return [{ kind: 'clock-went-back', message: `The clock went back: an earlier run is dated ${dayOf(laterRun)}.` }];
}

/** The snapshots that hold the most: by tables, by rows, and by bytes; of equals the newest. */
export function fullestOf(snapshots: readonly WeighedSnapshot[]): WeighedSnapshot[] {
  const most = (of: (snapshot: WeighedSnapshot) => number): WeighedSnapshot | undefined =>
    snapshots.reduce<WeighedSnapshot | undefined>((best, each) => {
      if (best === undefined || of(each) > of(best)) return each;
      return of(each) === of(best) && each.order > best.order ? each : best;
    }, undefined);
  const found = [most(({ tableCount }) => tableCount), most(({ rowCount }) => rowCount), most(({ bytes }) => bytes)];
  return [...new Set(found.filter((snapshot) => snapshot !== undefined))];
}

/** Says what the newest snapshot has lost against a fuller one, as a sentence; `null`: nothing that matters. */
export function contentLoss(newest: SnapshotContent, fuller: SnapshotContent): string | null {
  const names = new Set(newest.tables.map(({ name }) => name));
  const lost = fuller.tables.filter(({ name }) => !names.has(name)).map(({ name }) => `“${name}”`);
  if (lost.length === 1) return `${newest.name} lacks the table ${lost[0]}, which ${fuller.name} has.`;
  if (lost.length > 1) {
    const some = lost.length > 3 ? `${lost.slice(0, 3).join(', ')} …` : lost.join(', ');
    return `${newest.name} lacks ${lost.length} of the ${fuller.tables.length} tables of ${fuller.name}: ${some}.`;
  }
  // What could not be counted says nothing.
  const counted = new Set(newest.tables.filter(({ rows }) => rows !== null).map(({ name }) => name));
  const [rows, before] = [rowsOf(newest), rowsOf({ tables: fuller.tables.filter(({ name }) => counted.has(name)) })];
  if (rows * 2 < before) {
    const percent = Math.floor((1 - rows / before) * 100);
    const counts = `${rows.toLocaleString('en-US')} instead of ${before.toLocaleString('en-US')}`;
    return `${newest.name} has ${percent} % fewer rows than ${fuller.name}: ${counts}.`;
  }
  if (newest.method !== fuller.method || newest.bytes * 2 >= fuller.bytes) return null;
  return `${newest.name} contains ${bytesInWords(newest.bytes)}; ${fuller.name} contains ${bytesInWords(fuller.bytes)}.`;
}

/**
 * Says that one prune would remove too much.
 * @param going how many of a plan's snapshots would go that no change of its retention announced
 * @param all how many there are
 */
export function manyAtOnce(going: number, all: number): BrakeReason | null {
  if (going * 2 <= all) return null;
  const message = `${countInWords(going, 'snapshot')} of ${all.toLocaleString('en-US')} would be removed at once, without a change of the retention.`;
  return { kind: 'many-at-once', message };
}

/**
 * The order of the last snapshot before a gap that is no week over: a long time without a backup looks like a clock
 * that was set ahead. Until the snapshots after it cover a week, automatic pruning leaves alone what was made before it.
 * @returns 0 without such a gap
 */
export function lastBeforeFreshGap(snapshots: readonly WeighedSnapshot[], now: number): number {
  const inOrder = snapshots.toSorted((a, b) => a.order - b.order);
  const instants = countedInstants(
    inOrder.map(({ createdAt }) => Date.parse(createdAt)),
    now,
  ).map(({ at }) => at);
  const gaps = instants.slice(1).map((at, index) => at - (instants[index] as number));
  const usual = gaps.toSorted((a, b) => a - b)[Math.floor((gaps.length - 1) / 2)] ?? 0;
  // The one gap that there is tells nothing of what is usual.
  const longest = Math.max(WEEK_MS, gaps.length > 1 ? 3 * usual : 0);
  const newest = instants.at(-1) ?? 0;
  for (let index = gaps.length - 1; index >= 0; index--) {
    if (newest - (instants[index + 1] as number) >= WEEK_MS) return 0;
    if ((gaps[index] as number) > longest) return inOrder[index]?.order ?? 0;
  }
  return 0;
}

const rowsOf = ({ tables }: Pick<SnapshotContent, 'tables'>): number =>
  tables.reduce((sum, { rows }) => sum + (rows ?? 0), 0);

/** The day of an instant in UTC, for example `26 Nov 2028`. */
function dayOf(instant: string): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(instant));
}
