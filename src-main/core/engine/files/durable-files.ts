import { constants, readSync, type Stats, writeSync } from 'node:fs';
import { access, copyFile, type FileHandle, link, lstat, open, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { NAME_ATTEMPTS } from '../../../../src-shared/rules/names/name-pattern.ts';
import { fileSystem } from '../../../platform/file-system.ts';
import { errorCode, explainError, explainedAs } from '../engine-errors.ts';
import { onDisk } from './byte-names.ts';

/** What the name of an incomplete file ends with. */
export const PARTIAL_SUFFIX = '.partial';

/** The path of an incomplete file: beside the finished one, with the run's id so that each run knows its own. */
export function partialPath(finishedPath: string, runId: string): string {
  return `${finishedPath}.${runId.slice(0, 8)}${PARTIAL_SUFFIX}`;
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  if (!fileSystem.syncsFolders) return;
  await using handle = await open(onDisk(folder), constants.O_RDONLY);
  await syncIfPossible(handle);
}

/** Syncs an open folder. Some network file systems cannot; there a rename is as durable as it gets. */
export async function syncIfPossible(handle: FileHandle): Promise<void> {
  try {
    await handle.sync();
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'EBADF'].includes(errorCode(error) ?? '')) throw error;
  }
}

/** Makes durable what has been written to a file. */
export async function syncFile(path: string): Promise<void> {
  await using handle = await open(path, 'r+');
  await handle.sync();
}

/** exFAT and many network shares know no hard links, and none leads to another disk. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV']);

/**
 * Gives a finished, synced file its name without ever replacing another.
 * @throws with code `EEXIST` when the name is taken
 */
export async function publishFile(partial: string, finished: string): Promise<void> {
  try {
    await link(partial, finished);
    await unlink(partial);
  } catch (error) {
    // There a check before the rename has to do.
    if (!NO_LINKS.has(errorCode(error) ?? '')) throw error;
    if (await isTaken(finished)) throw Object.assign(new Error(`${finished} exists`), { code: 'EEXIST' });
    await rename(partial, finished);
  }
  await syncFolder(dirname(finished));
}

/**
 * Publishes under the first of a snapshot's possible names that nothing has.
 * @param nameOf its names for the attempts `first` to {@link NAME_ATTEMPTS}
 * @param publish gives a name exclusively; throws an error of the file system when it is taken
 * @throws with code `EEXIST` when all are taken, and what `publish` throws otherwise
 */
export async function publishUnique(
  nameOf: (attempt: number) => string,
  publish: (name: string) => Promise<void>,
  first = 1,
): Promise<string> {
  for (let attempt = first; ; attempt++) {
    const name = nameOf(attempt);
    try {
      await publish(name);
      return name;
    } catch (error) {
      if (attempt === NAME_ATTEMPTS || !TAKEN.has(errorCode(error) ?? '')) throw error;
    }
  }
}

/** A folder that holds something is never replaced by a rename; the error tells what is in its way. */
const TAKEN = new Set(['EEXIST', 'ENOTEMPTY', 'ENOTDIR']);

/** Puts a synced file in the place of another in one step; the folder is synced. */
export async function replaceFile(partial: string, finished: string): Promise<void> {
  await rename(partial, finished);
  await syncFolder(dirname(finished));
}

/** Writes a new small file and syncs it; removes it again when that fails. Readable by its owner alone. */
export async function writeSynced(path: string, content: string): Promise<void> {
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } catch (error) {
    await handle.close();
    await rm(path, { force: true });
    throw error;
  }
  await handle.close();
}

/**
 * Syncs a file of Snapkeep's own and gives it a second name; where it cannot have one, a synced copy gets it. Whoever
 * needs the first name no more removes it.
 */
export async function linkOrCopySynced(from: string, to: string): Promise<void> {
  try {
    await syncFile(from);
    await link(from, to);
  } catch (error) {
    if (!NO_LINKS.has(errorCode(error) ?? '')) throw error;
    await copySynced(from, to);
  }
}

/** Gives a file a second name; where it cannot have one, it moves there. */
export async function linkOrMove(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!NO_LINKS.has(errorCode(error) ?? '')) throw error;
    await rename(from, to);
  }
}

/** Copies a file to a new name and syncs it. */
export async function copySynced(from: string, to: string): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_EXCL);
  await syncFile(to);
}

/** Returns whether a path exists, whatever it is. Throws all errors but its absence. */
export async function exists(path: string): Promise<boolean> {
  return (await ifThere(stat(onDisk(path)))) !== null;
}

/** Returns whether a name is taken, also by a link that leads nowhere. */
export async function isTaken(path: string): Promise<boolean> {
  return (await ifThere(lstat(onDisk(path)))) !== null;
}

/** Returns the bytes of a file; 0 where there is none. */
export async function fileSize(path: string): Promise<number> {
  return (await ifThere(stat(onDisk(path))))?.size ?? 0;
}

async function ifThere(info: Promise<Stats>): Promise<Stats | null> {
  try {
    return await info;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return null;
    throw error;
  }
}

/**
 * Checks that a folder can take new files.
 * @throws SnapkeepError `UNAVAILABLE` when it is missing, `INVALID_PARAMS` when it is a file, `PERMISSION` when it
 * cannot be written
 */
export async function requireWritableFolder(folder: string): Promise<void> {
  let info: Awaited<ReturnType<typeof stat>>;
  try {
    info = await stat(onDisk(folder));
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' && errorCode(error) !== 'ENOTDIR') throw explainError(error, folder);
    throw new SnapkeepError('UNAVAILABLE', `Folder not found: ${folder}.`, {
      hint: 'Connect its disk or share, or create the folder, and try again.',
      cause: error,
    });
  }
  if (!info.isDirectory())
    throw new SnapkeepError('INVALID_PARAMS', `${folder} is a file, not a folder.`, { hint: 'Choose a folder.' });
  await access(onDisk(folder), constants.W_OK | constants.X_OK).catch(explainedAs(folder));
}

/*
 * Reading and writing of what is packed and unpacked block the thread, which is a worker's own: in libuv's pool they
 * would stand in line behind the pieces that are packed and unpacked there.
 */

/** Reads a file front to back in pieces of at most `size` bytes. Each piece is a separate buffer. For workers. */
export function* readPieces(
  handle: FileHandle,
  size: number,
  buffer: () => Buffer = () => Buffer.allocUnsafeSlow(size),
): Generator<Buffer> {
  for (;;) {
    const piece = buffer();
    let filled = 0;
    while (filled < size) {
      const bytesRead = readSync(handle.fd, piece, filled, size - filled, null);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    if (filled > 0) yield filled === size ? piece : piece.subarray(0, filled);
    if (filled < size) return;
  }
}

/** Larger writes make Linux look for large pieces of free memory, which takes longer than the copying. */
const WRITE_BYTES = 256 * 1024;

/** Writes all of a buffer; a file system may take less at a time. For workers. */
export function writeFully(handle: FileHandle, data: Uint8Array): void {
  let written = 0;
  while (written < data.length)
    written += writeSync(handle.fd, data, written, Math.min(WRITE_BYTES, data.length - written));
}

/** Writes pieces to a file that is being made. For workers. */
export function writerOf(handle: FileHandle): (piece: Uint8Array) => void {
  return (piece) => writeFully(handle, piece);
}

/** The files SQLite keeps beside a database. */
export function sidecarPaths(databasePath: string): { wal: string; shm: string; journal: string } {
  return { wal: `${databasePath}-wal`, shm: `${databasePath}-shm`, journal: `${databasePath}-journal` };
}
