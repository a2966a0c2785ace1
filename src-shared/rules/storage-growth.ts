import type { KnownSpace, StorageDay, StorageGrowth } from '../model/storage.ts';
import { DAY_MS } from './durations.ts';

/** Fewer days, or days closer together, say nothing about growth. */
const FEWEST_DAYS = 5;
const SHORTEST_SPAN = 14;
/** Growth is that of the last 90 days: earlier habits say little about the next months. */
const LONGEST_SPAN = 90;
/** So many days decide at most: their pairs are compared. */
const MOST_DAYS = 30;
/** What is full in more than ten years is not worth a sentence. */
const LATEST_FULL = 3650;
/** The share of the disk below which it is nearly full, and the number of days. */
const LITTLE_FREE = 0.1;
const SOON_FULL = 30;

/**
 * Returns how fast a destination fills; `null` when too few days are known. The median of the slopes between all pairs
 * of days decides, so that single days, such as after a large prune, do not.
 * @param days in any order; those after the last 90 days, or in the future, do not count
 * @param today `YYYY-MM-DD`
 */
export function storageGrowth(days: readonly StorageDay[], today: string): StorageGrowth | null {
  const now = dayNumber(today);
  const known = days
    .map((each) => ({ ...each, at: dayNumber(each.day) }))
    .filter(({ at }) => at <= now && now - at <= LONGEST_SPAN)
    .sort((a, b) => a.at - b.at);
  const stored = slopes(known.map(({ at, storedBytes }) => ({ at, bytes: storedBytes })));
  if (stored === null) return null;
  const bytesPerWeek = Math.round(quantile(stored, 0.5) * 7);
  return { bytesPerWeek, fullInDays: fullIn(known, now) };
}

/** From the free space, for other programs fill the disk too. Only when it falls in most pairs of days. */
function fullIn(known: ReadonlyArray<StorageDay & { at: number }>, now: number): number | null {
  const free = known.flatMap(({ at, freeBytes }) => (freeBytes === null ? [] : [{ at, bytes: freeBytes }]));
  const falls = slopes(free);
  const newest = free.at(-1);
  if (falls === null || newest === undefined || now - newest.at > SHORTEST_SPAN) return null;
  if (quantile(falls, 0.75) >= 0) return null;
  const days = Math.round(newest.bytes / -quantile(falls, 0.5));
  return days <= LATEST_FULL ? days : null;
}

/** The bytes per day between all pairs of days, in order; `null`: too few days. */
function slopes(points: ReadonlyArray<{ at: number; bytes: number }>): number[] | null {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return null;
  if (points.length < FEWEST_DAYS || last.at - first.at < SHORTEST_SPAN) return null;
  const chosen = thinned(points, MOST_DAYS);
  return chosen
    .flatMap((later, index) =>
      chosen.slice(0, index).flatMap((earlier) => {
        const span = later.at - earlier.at;
        return span > 0 ? [(later.bytes - earlier.bytes) / span] : [];
      }),
    )
    .sort((a, b) => a - b);
}

/** Returns at most this many of these, evenly spread, with the first and the last. */
export function thinned<T>(all: readonly T[], most: number): T[] {
  if (all.length <= most) return [...all];
  return Array.from({ length: most }, (_, index) => all[Math.round((index * (all.length - 1)) / (most - 1))] as T);
}

/** Whether little is free at a destination, or will be soon. */
export function isNearlyFull(space: KnownSpace | null, growth: StorageGrowth | null): boolean {
  if (growth !== null && growth.fullInDays !== null && growth.fullInDays <= SOON_FULL) return true;
  return space !== null && space.totalBytes !== null && space.freeBytes < space.totalBytes * LITTLE_FREE;
}

const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.floor((sorted.length - 1) * share)] ?? 0;

/** Days since 1970. */
export const dayNumber = (day: string): number => Math.round(Date.parse(`${day}T00:00:00Z`) / DAY_MS);
