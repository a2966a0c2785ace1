import { statfsSync } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { bytesInWords } from '../../../../src-shared/words/wording.ts';
import { errorCode, explainError, isDiskFull } from '../engine-errors.ts';
import { onDisk } from './byte-names.ts';
import { requireWritableFolder } from './durable-files.ts';

/** What Snapkeep uses a disk for. */
export type DiskUse = 'destination' | 'outbox' | 'safety' | 'staging' | 'catalog' | 'target';

/** How each is named, and what a person can do when its disk is full. */
const WORDS: Record<DiskUse, { name: (path: string) => string; hint: string }> = {
  destination: {
    name: (path) => `The destination ${path}`,
    hint: 'Free space there, keep fewer snapshots, or choose another destination.',
  },
  outbox: {
    name: (path) => `The outbox ${path}, where snapshots wait for their destinations,`,
    hint: 'Free space on that disk, or make the destinations available: copied snapshots leave the outbox.',
  },
  safety: {
    name: (path) => `The folder of safety snapshots ${path}`,
    hint: 'Free space on that disk, or delete safety snapshots that are no longer needed.',
  },
  staging: {
    name: (path) => `The staging folder ${path}`,
    hint: 'Free space on that disk, or move the data folder to a larger one and set SNAPKEEP_HOME to it.',
  },
  catalog: {
    name: (path) => `The disk of the catalog ${path}`,
    hint: 'Free space on that disk. Until then, Snapkeep cannot save anything.',
  },
  target: {
    name: (path) => `The disk of ${path}`,
    hint: 'Free space on that disk, or choose another one.',
  },
};

/** Where room is needed, and how much of it in bytes. */
export interface Room {
  use: DiskUse;
  folder: string;
  bytes: number;
}

/** The error of a disk that turned out to be full. @param path what the use is at */
export function diskFull(use: DiskUse, path: string, cause?: unknown): SnapkeepError {
  const { name, hint } = WORDS[use];
  return new SnapkeepError('NO_SPACE', `${name(path)} is full.`, { hint, cause });
}

/** Explains what was thrown while something was written; a disk that is full is named by its use. */
export function explainWrite(error: unknown, use: DiskUse, path: string, what = path): SnapkeepError {
  const isFull = isDiskFull(error) || (errorCode(error)?.startsWith('SQLITE_IOERR') && hasNoRoom(path));
  return isFull ? diskFull(use, path, error) : explainError(error, what);
}

/** SQLite says of some writes only that they failed: where less than this many bytes are free, that is why. */
const LEAST_ROOM = 64 * 1024;

function hasNoRoom(path: string): boolean {
  try {
    const { blocks, bavail, bsize } = statfsSync(onDisk(path));
    return blocks > 0 && bavail * bsize < LEAST_ROOM;
  } catch {
    return false;
  }
}

/**
 * Checks that folders can be written and have the room that is needed. Folders on the same disk share its room.
 * @throws SnapkeepError `NO_SPACE` with what is needed and what is free, and as {@link requireWritableFolder}
 */
export async function requireRoom(...rooms: readonly Room[]): Promise<void> {
  const needed = new Map<number, number>();
  for (const { use, folder, bytes } of rooms) {
    await requireWritableFolder(folder);
    const { dev } = await stat(onDisk(folder));
    const wanted = (needed.get(dev) ?? 0) + bytes;
    needed.set(dev, wanted);
    const { blocks, bavail, bsize } = await statfs(onDisk(folder));
    // Some network file systems answer with no figures at all; there the write itself will tell.
    if (blocks === 0 || bavail * bsize >= wanted) continue;
    const { name, hint } = WORDS[use];
    const figures = `${bytesInWords(wanted)} needed, ${bytesInWords(bavail * bsize)} free`;
    throw new SnapkeepError('NO_SPACE', `${name(folder)} does not have enough space: ${figures}.`, { hint });
  }
}
