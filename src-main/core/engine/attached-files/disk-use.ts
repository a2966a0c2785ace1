import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { explainError } from '../engine-errors.ts';
import { onDisk, textOf } from '../files/byte-names.ts';
import { AT_ONCE } from './folder/scan-folder.ts';
import { inParallel } from './in-parallel.ts';

/** A file, folder or link of a snapshot as it lies on the disk. */
export interface ScannedInode {
  /** The same for all names of one file. */
  key: string;
  /** How many names it has, wherever they are. */
  names: number;
  /** What it shows, in bytes. */
  bytes: number;
  /** What it takes of the disk, in bytes. */
  diskBytes: number;
}

export interface ScannedSnapshot {
  name: string;
  inodes: readonly ScannedInode[];
}

export interface SnapshotUse {
  name: string;
  /** The sizes of its files: what a copy of it would need. */
  apparentBytes: number;
  /** What it takes of the disk, with what it shares. */
  diskBytes: number;
  /** What the disk would get back if it alone were removed. */
  freedBytes: number;
}

export interface DiskUse {
  snapshots: SnapshotUse[];
  apparentBytes: number;
  /** What all of them take of the disk together. */
  diskBytes: number;
}

/**
 * What snapshots that share files take of the disk. Each file is counted once, however many names it has; what another
 * snapshot, or any other place, has a name of is not freed by removing one.
 */
export function diskUse(snapshots: readonly ScannedSnapshot[]): DiskUse {
  const namesSeen = new Map<string, number>();
  for (const { inodes } of snapshots) for (const { key } of inodes) namesSeen.set(key, (namesSeen.get(key) ?? 0) + 1);
  const counted = new Set<string>();
  let diskBytes = 0;
  const uses = snapshots.map(({ name, inodes }) => {
    const use: SnapshotUse = { name, apparentBytes: 0, diskBytes: 0, freedBytes: 0 };
    const own = new Map<string, number>();
    for (const inode of inodes) {
      use.apparentBytes += inode.bytes;
      const names = (own.get(inode.key) ?? 0) + 1;
      own.set(inode.key, names);
      if (names === 1) use.diskBytes += inode.diskBytes;
      // Only the last of its names gives the file up. Names outside of the set are seen by their number alone.
      if (names === Math.max(inode.names, namesSeen.get(inode.key) ?? 0)) use.freedBytes += inode.diskBytes;
      if (counted.has(inode.key)) continue;
      counted.add(inode.key);
      diskBytes += inode.diskBytes;
    }
    return use;
  });
  return { snapshots: uses, apparentBytes: uses.reduce((sum, { apparentBytes }) => sum + apparentBytes, 0), diskBytes };
}

/**
 * Finds out what a snapshot has on the disk.
 * @throws SnapkeepError when it cannot be read
 */
export async function scanInodes(path: string, name: string, throwIfCancelled: () => void): Promise<ScannedSnapshot> {
  const inodes: ScannedInode[] = [];
  try {
    for (let level = [path]; level.length > 0; ) {
      const below: string[] = [];
      await inParallel(level, AT_ONCE, async (at) => {
        throwIfCancelled();
        const stats = await lstat(onDisk(at));
        const isFolder = stats.isDirectory();
        inodes.push({
          key: `${stats.dev}:${stats.ino}`,
          // A folder's names are those of its own “.” and of the “..” in its folders.
          names: isFolder ? 1 : stats.nlink,
          bytes: stats.isFile() ? stats.size : 0,
          diskBytes: (stats.blocks ?? 0) * 512,
        });
        if (isFolder)
          for (const inside of await readdir(onDisk(at), { encoding: 'buffer' })) below.push(join(at, textOf(inside)));
      });
      level = below;
    }
  } catch (error) {
    throw explainError(error, path);
  }
  return { name, inodes };
}
