import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Destination } from '../destinations/drivers/destination.ts';
import { cancelledError } from '../engine/task-context.ts';
import { reachablePoints, type StoredLtxFile } from './choose-files.ts';
import { levelOf, levelsFolder, ltxPath } from './layout.ts';
import type { HistoryPlace } from './read-history.ts';

/*
 * Replicas that Litestream writes are read, never changed: Litestream goes on to merge and remove their files.
 */

/** A point in time of a replica. */
export interface ReplicaPoint {
  readonly txid: number;
  /** As Litestream recorded it. It only labels: TXIDs order. */
  readonly madeAt: Date;
  /** Of the file that ends with it. */
  readonly bytes: number;
}

/** Which points are listed; without it, all. */
interface PointsAsked {
  /** Only those before this TXID. */
  readonly before?: number | undefined;
  /** Only the newest ones, at most this number. */
  readonly newest?: number | undefined;
  readonly signal?: AbortSignal;
}

/** So many objects of a bucket are asked for their timestamps at a time. */
const ASKED_AT_ONCE = 8;

/**
 * Recognizes a folder that Litestream 0.5, or Snapkeep, has written, whatever it lies in: a bucket may have been copied to
 * a disk.
 * @param folder by its path; `''` is the destination itself
 * @returns `null`: it is none
 * @throws SnapkeepError `UNSUPPORTED` for one of Litestream 0.3; `NOT_FOUND` for a missing folder, and as the driver does
 */
export async function recognizeReplica(driver: Destination, folder: string): Promise<HistoryPlace | null> {
  const names = await driver.folders(folder);
  const path: HistoryPlace = { driver, layout: 'path', folder };
  // Litestream that was updated leaves the folder of 0.3 beside the new one.
  if (names.includes('ltx')) {
    const levels = await driver.folders(levelsFolder('path', folder));
    if (levels.some((name) => levelOf('path', name) !== null)) return path;
  }
  if (names.some((name) => levelOf('s3', name) !== null)) return { driver, layout: 's3', folder };
  if (names.includes('generations')) throw outdated(folder === '' ? driver.label : `${folder} in ${driver.label}`);
  return null;
}

/**
 * Lists the points of a replica, in the order in which they were made.
 * @param files all that are listed
 * @throws SnapkeepError `CANCELLED`, and as the driver does
 */
export async function replicaPoints(
  { driver, layout, folder }: HistoryPlace,
  files: readonly StoredLtxFile[],
  { before = Number.POSITIVE_INFINITY, newest = files.length, signal }: PointsAsked = {},
): Promise<ReplicaPoint[]> {
  const all = reachablePoints(files).filter(({ max }) => max < before);
  const last = all.slice(Math.max(0, all.length - newest));
  const points: ReplicaPoint[] = [];
  for (let at = 0; at < last.length; at += ASKED_AT_ONCE) {
    if (signal?.aborted === true) throw cancelledError();
    const some = last.slice(at, at + ASKED_AT_ONCE).map(async (file) => {
      // The list of a bucket says when an object was uploaded, which for a merged one is later.
      const stored = layout === 's3' ? await driver.stat(ltxPath(layout, folder, file)) : file;
      return { txid: file.max, madeAt: stored?.modifiedAt ?? file.modifiedAt, bytes: file.bytes };
    });
    points.push(...(await Promise.all(some)));
  }
  return points;
}

/** The newest point that was made at an instant or before it; `null`: none was. */
export const pointAt = (points: readonly ReplicaPoint[], instant: Date): ReplicaPoint | null =>
  points.findLast(({ madeAt }) => madeAt.getTime() <= instant.getTime()) ?? null;

const outdated = (where: string): SnapkeepError =>
  new SnapkeepError('UNSUPPORTED', `${where} was written by Litestream 0.3, whose format cannot be read.`, {
    hint: 'Restore it with “litestream restore” of version 0.3, or update Litestream to 0.5 and open the replica that it then writes.',
  });
