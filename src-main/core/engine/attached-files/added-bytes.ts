import type { Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { explainError } from '../engine-errors.ts';
import { onDisk, textOf } from '../files/byte-names.ts';
import { inParallel } from './in-parallel.ts';

/**
 * Returns what a stored folder takes of the disk besides what other snapshots have, in bytes: the disk gets it back when
 * the folder is removed. A file that has a name elsewhere is not counted. Links are not followed.
 * @throws SnapkeepError
 */
export async function addedBytes(folder: string, throwIfCancelled: () => void): Promise<number> {
  const files = new Map<string, { stats: Stats; names: number }>();
  let bytes = 0;
  try {
    for (let level = [folder]; level.length > 0; ) {
      const below: string[] = [];
      await inParallel(level, async (at) => {
        throwIfCancelled();
        const stats = await lstat(onDisk(at));
        if (stats.isDirectory()) {
          bytes += bytesOf(stats);
          for (const inside of await readdir(onDisk(at), { encoding: 'buffer' })) below.push(join(at, textOf(inside)));
          return;
        }
        const key = `${stats.dev}:${stats.ino}`;
        files.set(key, { stats, names: (files.get(key)?.names ?? 0) + 1 });
      });
      level = below;
    }
  } catch (error) {
    throw explainError(error, folder);
  }
  for (const { stats, names } of files.values()) if (names >= stats.nlink) bytes += bytesOf(stats);
  return bytes;
}

/** Windows does not say how many blocks a file has. */
const bytesOf = ({ blocks }: Stats): number => (blocks ?? 0) * 512;
