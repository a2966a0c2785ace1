import { createHash } from 'node:crypto';
import { type BigIntStats, constants, readSync } from 'node:fs';
import { type FileHandle, lstat, open, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorCode } from '../engine-errors.ts';
import { onDisk, textOf } from '../files/byte-names.ts';
import { type Trouble, troubleOf } from './folder/scan-folder.ts';

const ATTEMPTS = 3;

/** A file that cannot be stored as it is: it changes, went away, or may not be read. `message` says which. */
export class SourceTrouble extends Error {
  /** Another attempt may read it, or find that it no longer exists. */
  readonly passing: boolean;

  constructor({ reason, passing }: Pick<Trouble, 'reason' | 'passing'>, cause?: unknown) {
    super(reason, { cause });
    this.passing = passing;
  }
}

/**
 * Reads a file so that what is read is one state of it: when it has changed by the end, it is read again, three times
 * in all. Never goes through a symbolic link.
 * @param path whose folder is canonical
 * @param read reads the open file and answers how many bytes it found; begins anew each time it is called
 * @throws SourceTrouble
 */
export async function readStable(
  path: string,
  read: (source: FileHandle, stats: BigIntStats) => Promise<number>,
): Promise<BigIntStats> {
  for (let attempt = 1; ; attempt++) {
    const stats = await readOnce(path, read);
    if (stats !== undefined) return stats;
    if (attempt === ATTEMPTS)
      throw new SourceTrouble({ reason: 'kept changing while it was being read', passing: true });
  }
}

/** `undefined`: it has changed meanwhile. */
async function readOnce(
  path: string,
  read: (source: FileHandle, stats: BigIntStats) => Promise<number>,
): Promise<BigIntStats | undefined> {
  await using source = await fromSource(path, () =>
    // A pipe that has replaced the file must not be waited for.
    open(onDisk(path), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)),
  );
  const before = await fromSource(path, () => source.stat({ bigint: true }));
  const named = await fromSource(path, () => lstat(onDisk(path), { bigint: true }));
  const folder = await fromSource(path, () => realpath(onDisk(dirname(path)), { encoding: 'buffer' }));
  if (!before.isFile() || !sameFile(before, named) || join(textOf(folder), basename(path)) !== path) return undefined;
  const bytes = await read(source, before);
  const after = await fromSource(path, () => source.stat({ bigint: true }));
  return sameState(before, after) && BigInt(bytes) === after.size ? after : undefined;
}

/** The SHA-256 of a file in one state of it. @throws SourceTrouble */
export async function hashStable(path: string, throwIfCancelled: () => void): Promise<string> {
  let sha256 = '';
  await readStable(path, async (source, { size }) => {
    const hash = createHash('sha256');
    const bytes = readThrough(source, size, (piece) => {
      throwIfCancelled();
      hash.update(piece);
    });
    sha256 = hash.digest('hex');
    return bytes;
  });
  return sha256;
}

// Reading blocks the thread, which is a worker's own, so that one buffer is enough for all files.
const buffer = Buffer.allocUnsafeSlow(1024 * 1024);

/**
 * Reads a file front to back in pieces that are valid only until `take` returns.
 * @param size how many bytes it should have; a file that grows on and on is not read to an end that never comes
 * @returns how many bytes there were
 * @throws SourceTrouble
 */
export function readThrough(source: FileHandle, size: bigint, take: (piece: Buffer, at: number) => void): number {
  for (let at = 0; ; ) {
    const bytes = readPiece(source);
    if (bytes === 0 || at > size) return at;
    take(buffer.subarray(0, bytes), at);
    at += bytes;
  }
}

function readPiece(source: FileHandle): number {
  try {
    return readSync(source.fd, buffer, 0, buffer.length, null);
  } catch (error) {
    throw new SourceTrouble(troubleOf('', error), error);
  }
}

async function fromSource<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const swapped = { reason: 'became a link while it was being read', passing: true };
    throw new SourceTrouble(errorCode(error) === 'ELOOP' ? swapped : troubleOf(path, error), error);
  }
}

const sameFile = (one: BigIntStats, other: BigIntStats): boolean => one.ino === other.ino && one.dev === other.dev;

const sameState = (one: BigIntStats, other: BigIntStats): boolean =>
  one.size === other.size && one.mtimeNs === other.mtimeNs && one.ctimeNs === other.ctimeNs;
