import type { KnownSpace, StorageGrowth } from '../model/storage.ts';
import { bytesInWords, countInWords } from './wording.ts';

/** Returns growth in words: `+1.2 GB a week, full in about 14 months`, or `not growing`; empty when it is unknown. */
export function growthInWords(growth: StorageGrowth | null): string {
  if (growth === null) return '';
  const { bytesPerWeek, fullInDays } = growth;
  const rate =
    Math.abs(bytesPerWeek) < 1000
      ? 'not growing'
      : `${bytesPerWeek > 0 ? '+' : '−'}${bytesInWords(Math.abs(bytesPerWeek))} a week`;
  return fullInDays === null ? rate : `${rate}, ${fullInWords(fullInDays)}`;
}

function fullInWords(days: number): string {
  if (days === 0) return 'full';
  if (days < 14) return `full in about ${countInWords(days, 'day')}`;
  if (days < 70) return `full in about ${countInWords(Math.round(days / 7), 'week')}`;
  if (days < 730) return `full in about ${countInWords(Math.round(days / 30.44), 'month')}`;
  return `full in about ${countInWords(Math.round(days / 365.25), 'year')}`;
}

/** Returns the free space in words: `412 GB of 2.0 TB`; `Unknown` when the destination does not tell. */
export function freeInWords(space: KnownSpace | null): string {
  if (space === null) return 'Unknown';
  const { freeBytes, totalBytes } = space;
  return totalBytes === null ? bytesInWords(freeBytes) : `${bytesInWords(freeBytes)} of ${bytesInWords(totalBytes)}`;
}

/** Returns what the snapshots of a destination take, with its trash: `41 GB`, or `43 GB (2.1 GB in the trash)`. */
export function usedInWords({ storedBytes, trashedBytes }: { storedBytes: number; trashedBytes: number }): string {
  const used = bytesInWords(storedBytes + trashedBytes);
  return trashedBytes === 0 ? used : `${used} (${bytesInWords(trashedBytes)} in the trash)`;
}
