import { statfsSync } from 'node:fs';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { bytesInWords } from '../../../../src-shared/words/wording.ts';

/** Told how many bytes a file has unpacked to so far; throws to stop. */
export type UnpackLimit = (bytes: number) => void;

/** How much is unpacked between two checks of the free space, in bytes: half of what may still be used of it, within this. */
const CHECK_EVERY = { least: 1024 * 1024, most: 64 * 1024 * 1024 } as const;
/** What stays free on the disk, in bytes, but never more than a quarter of it. */
const LEAST_FREE = 1024 ** 3;

/** Stops one byte after the size that was stored. */
export function limitOfSize(most: number): UnpackLimit {
  return (bytes) => {
    if (bytes > most)
      throw new SnapkeepError('CORRUPT', `It unpacks to more than the ${most} bytes that were stored.`, {
        hint: 'Use another snapshot.',
      });
  };
}

/**
 * Stops a file of which no size is known before it fills a disk.
 * @param name of the file, for the error
 * @param folder on the disk that it is unpacked to
 * @throws SnapkeepError `NO_SPACE`, from the limit
 */
export function limitOfDisk(name: string, folder: string): UnpackLimit {
  let next = 0;
  return (bytes) => {
    if (bytes < next) return;
    const { bavail, blocks, bsize } = statfsSync(folder);
    const size = blocks * bsize;
    const reserve = Math.min(Math.max(LEAST_FREE, size / 20), size / 4);
    const usable = bavail * bsize - reserve;
    next = bytes + Math.min(CHECK_EVERY.most, Math.max(CHECK_EVERY.least, usable / 2));
    if (usable >= 0) return;
    throw new SnapkeepError(
      'NO_SPACE',
      `${name} unpacks to more than ${bytesInWords(bytes)}; ${folder} has only ${bytesInWords(bavail * bsize)} free.`,
      { hint: 'Free space on that disk, or check that you trust the file.' },
    );
  };
}
