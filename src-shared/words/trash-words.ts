import type { PrunedSnapshot, PruneOutcome } from '../model/prune.ts';
import type { TrashedCopy } from '../model/trash.ts';
import { TRASH_DAYS } from '../retention/trash.ts';
import { momentInWords } from './moments.ts';
import { bytesInWords, countInWords, listInWords } from './wording.ts';

type Removed = ReadonlyArray<Pick<PrunedSnapshot, 'destination' | 'toTrash'>>;

/** Says of copies that a person is about to delete which of them are gone for good, and which can be put back. */
export function deletionInWords(removed: Removed): string {
  const forGood = removed.filter(({ toTrash }) => !toTrash);
  const kept = removed.filter(({ toTrash }) => toTrash);
  if (removed.length === 0) return 'No copy of it is stored.';
  if (kept.length === 0) return `${sentence(forGood, 'deleted for good')}. Nothing can be put back.`;
  const back = `${copiesInWords(kept, forGood.length > 0)} can be put back for ${TRASH_DAYS} days.`;
  return forGood.length === 0 ? capital(back) : `${sentence(forGood, 'deleted for good')}; ${back}`;
}

/** The space that a removal frees or moves into the trash, for example `8 MB to the trash`. */
export function spaceInWords({ removed, bytesFreed }: Pick<PruneOutcome, 'removed' | 'bytesFreed'>): string {
  const moved = removed.reduce((sum, { toTrash, sizeBytes }) => sum + (toTrash ? sizeBytes : 0), 0);
  const freed = `${bytesInWords(bytesFreed)} freed`;
  if (moved === 0) return freed;
  return `${bytesInWords(moved)} to the trash${bytesFreed === 0 ? '' : `, ${freed}`}`;
}

/** What a prune or a deletion did, for example `2 snapshots in the trash for 7 days`. */
export function removalInWords({ removed, removedCount, bytesFreed }: PruneOutcome): string {
  const freed = `${bytesInWords(bytesFreed)} freed`;
  if (!removed.some(({ toTrash }) => toTrash)) return `${countInWords(removedCount, 'snapshot')} removed, ${freed}`;
  const moved = `${countInWords(removedCount, 'snapshot')} removed, in the trash for ${TRASH_DAYS} days`;
  return bytesFreed === 0 ? moved : `${moved}; ${freed}`;
}

/** When something was deleted and how long it can be put back, for example `Deleted today 14:30, 6 days left`. */
export function deletedInWords(
  { deletedAt, daysLeft }: Pick<TrashedCopy, 'deletedAt' | 'daysLeft'>,
  now: number,
): string {
  return `Deleted ${momentInWords(deletedAt, now)}, ${countInWords(daysLeft, 'day')} left`;
}

function sentence(copies: Removed, what: string): string {
  return `${capital(copiesInWords(copies, false))} ${copies.length === 1 ? 'is' : 'are'} ${what}`;
}

/** For example `the copy at nas`, or `3 copies at nas and Cloud`. */
function copiesInWords(copies: Removed, definite: boolean): string {
  const places = listInWords([...new Set(copies.flatMap(({ destination }) => destination?.name ?? []))]);
  if (copies.length === 1) return `the copy at ${places}`;
  return `${definite ? 'the ' : ''}${copies.length} copies at ${places}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
