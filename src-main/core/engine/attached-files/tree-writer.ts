import { createHash } from 'node:crypto';
import { type BigIntStats, writeSync } from 'node:fs';
import { type FileHandle, lchown, lutimes, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileSystem } from '../../../platform/file-system.ts';
import { errorCode } from '../engine-errors.ts';
import { onDisk } from '../files/byte-names.ts';
import { syncIfPossible } from '../files/durable-files.ts';
import { decimalSeconds, type Entry, type FileEntry, type FolderEntry, type LinkEntry } from './folder/folder-entry.ts';
import { inParallel } from './in-parallel.ts';
import { readStable, readThrough } from './read-source-file.ts';
import { CANNOT, type SystemCalls } from './system-calls.ts';

/** Only root may give files away; whoever may not leaves them his own. */
const canChown = process.getuid?.() === 0;

/** The attributes that a file is to get, besides its content. */
export type FileRights = Pick<FileEntry, 'mode' | 'mtime' | 'uid' | 'gid'>;

type Rights = Pick<FileRights, 'mode' | 'uid' | 'gid'>;

/** What became of a file that was written. */
export interface WrittenFile {
  sha256: string;
  bytes: number;
  /** When it was last changed as its file system says, in nanoseconds; it may not take all of them. */
  mtimeNs: bigint;
}

/**
 * Writes a tree of files below a new folder. Files are synced as they are written, several at a time; folders
 * get their rights and times, and are synced, in the end.
 */
export class TreeWriter {
  readonly #root: string;
  readonly #calls: SystemCalls;
  readonly #throwIfCancelled: () => void;
  #clones = true;

  /** @param root where the tree is to be; what is directly above must be there */
  constructor(root: string, calls: SystemCalls, throwIfCancelled: () => void) {
    this.#root = root;
    this.#calls = calls;
    this.#throwIfCancelled = throwIfCancelled;
  }

  at(path: string): string {
    return path === '' ? this.#root : join(this.#root, path);
  }

  /** Makes a folder that only its owner can enter until it is finished. */
  async folder(path: string): Promise<void> {
    await mkdir(onDisk(this.at(path)), { mode: 0o700 });
  }

  async link({ path, target, uid, gid, mtime }: Omit<LinkEntry, 'type'>): Promise<void> {
    const at = onDisk(this.at(path));
    await this.#calls.symlink(target, this.at(path));
    if (canChown) await lchown(at, uid, gid);
    try {
      await lutimes(at, secondsOf(mtime), secondsOf(mtime));
    } catch (error) {
      // The time of a link is a nicety that not every system has.
      if (!CANNOT.has(errorCode(error) ?? '')) throw error;
    }
  }

  /**
   * Copies a file in one state of it, by sharing its blocks where that can be.
   * @param rights taken from the source where they are not given
   * @param onBytes told the bytes of each piece
   * @throws SourceTrouble
   */
  async copy(
    source: string,
    path: string,
    onBytes: (bytes: number) => void,
    rights?: FileRights,
  ): Promise<WrittenFile & { stats: BigIntStats }> {
    const target = this.at(path);
    let written: { sha256: string; bytes: number } = { sha256: '', bytes: 0 };
    let handle: FileHandle | undefined;
    let begun = false;
    try {
      const stats = await readStable(source, async (file, facts) => {
        await handle?.close();
        handle = undefined;
        if (begun) await rm(onDisk(target));
        begun = true;
        const cloned = await this.#clone(source, target);
        handle = await open(onDisk(target), cloned ? 'r' : 'wx', 0o600);
        written = cloned ? this.#hash(handle, facts.size, onBytes) : await this.#stream(file, handle, facts, onBytes);
        return written.bytes;
      });
      if (handle === undefined) throw new Error(`${target} was not written.`);
      return { ...written, stats, mtimeNs: await finish(handle, rights ?? rightsOf(stats)) };
    } catch (error) {
      await handle?.close();
      handle = undefined;
      await rm(onDisk(target), { force: true });
      throw error;
    } finally {
      await handle?.close();
    }
  }

  /** Writes a file from pieces of its content. */
  async file(path: string, pieces: AsyncIterable<Buffer>, rights: FileRights): Promise<WrittenFile> {
    await using handle = await open(onDisk(this.at(path)), 'wx', 0o600);
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const piece of pieces) {
      this.#throwIfCancelled();
      hash.update(piece);
      writeAt(handle, piece, bytes);
      bytes += piece.length;
    }
    return { sha256: hash.digest('hex'), bytes, mtimeNs: await finish(handle, rights) };
  }

  /**
   * Gives folders their rights and times, and makes their names durable; the deepest come first.
   * @param root `private`: the outermost folder stays its maker's alone, so that nobody else reads what is in it by the
   * rights it had elsewhere
   */
  async finish(entries: Iterable<Entry>, root: 'private' | 'as-described'): Promise<void> {
    const byDepth = new Map<number, FolderEntry[]>();
    for (const entry of entries) {
      if (entry.type !== 'folder') continue;
      const depth = entry.path === '' ? 0 : entry.path.split('/').length;
      const level = byDepth.get(depth);
      if (level === undefined) byDepth.set(depth, [entry]);
      else level.push(entry);
    }
    for (const depth of [...byDepth.keys()].sort((a, b) => b - a)) {
      await inParallel(byDepth.get(depth) ?? [], (entry) =>
        this.#finishFolder(entry, root === 'as-described' || entry.path !== ''),
      );
    }
  }

  async #finishFolder(entry: FolderEntry, withRights: boolean): Promise<void> {
    const path = onDisk(this.at(entry.path));
    if (!fileSystem.hasModes) return;
    await using handle = await open(path, 'r');
    if (withRights) await giveRights(handle, entry);
    await handle.utimes(secondsOf(entry.mtime), secondsOf(entry.mtime));
    await syncIfPossible(handle);
  }

  async #clone(source: string, target: string): Promise<boolean> {
    if (!this.#clones) return false;
    try {
      await this.#calls.clone(source, target);
      return true;
    } catch (error) {
      if (!CANNOT.has(errorCode(error) ?? '')) throw error;
      this.#clones = false;
      await rm(onDisk(target), { force: true });
      return false;
    }
  }

  #hash(copy: FileHandle, size: bigint, onBytes: (bytes: number) => void): { sha256: string; bytes: number } {
    const hash = createHash('sha256');
    const bytes = readThrough(copy, size, (piece) => {
      this.#throwIfCancelled();
      hash.update(piece);
      onBytes(piece.length);
    });
    return { sha256: hash.digest('hex'), bytes };
  }

  async #stream(
    source: FileHandle,
    target: FileHandle,
    { size, blocks }: BigIntStats,
    onBytes: (bytes: number) => void,
  ): Promise<{ sha256: string; bytes: number }> {
    const sparse = blocks * 512n < size;
    const hash = createHash('sha256');
    const bytes = readThrough(source, size, (piece, at) => {
      this.#throwIfCancelled();
      hash.update(piece);
      if (sparse) writeSparsely(target, piece, at);
      else writeAt(target, piece, at);
      onBytes(piece.length);
    });
    if (sparse) await target.truncate(bytes);
    return { sha256: hash.digest('hex'), bytes };
  }
}

/** Gives a folder that exists the owner and the mode of another. */
export async function giveFolderRights(path: string, rights: Rights): Promise<void> {
  if (!fileSystem.hasModes) return;
  await using handle = await open(onDisk(path), 'r');
  await giveRights(handle, rights);
  await syncIfPossible(handle);
}

async function giveRights(handle: FileHandle, { uid, gid, mode }: Rights): Promise<void> {
  // Giving a file away clears set-user-ID bits, so its mode comes after.
  if (canChown) await handle.chown(uid, gid);
  await handle.chmod(mode);
}

/** @returns when it was last changed, as the file system has it */
async function finish(handle: FileHandle, rights: FileRights): Promise<bigint> {
  await giveRights(handle, rights);
  await handle.utimes(secondsOf(rights.mtime), secondsOf(rights.mtime));
  await handle.sync();
  return (await handle.stat({ bigint: true })).mtimeNs;
}

/** The rights of something that exists. */
export function rightsOf(stats: BigIntStats): FileRights {
  return {
    mode: Number(stats.mode) & 0o7777,
    mtime: String(stats.mtimeNs),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
  };
}

function writeAt(handle: FileHandle, data: Buffer, at: number): void {
  for (let written = 0; written < data.length; )
    written += writeSync(handle.fd, data, written, data.length - written, at + written);
}

const HOLE_BYTES = 4096;
const zeros = Buffer.alloc(HOLE_BYTES);

/** Leaves out what is all zeros, so that a hole stays one. */
function writeSparsely(handle: FileHandle, piece: Buffer, at: number): void {
  let from = 0;
  const flush = (to: number): void => {
    if (to > from) writeAt(handle, piece.subarray(from, to), at + from);
  };
  for (let start = 0; start < piece.length; start += HOLE_BYTES) {
    const end = Math.min(start + HOLE_BYTES, piece.length);
    if (!piece.subarray(start, end).equals(zeros.subarray(0, end - start))) continue;
    flush(start);
    from = end;
  }
  flush(piece.length);
}

/** As Node takes times: the nearest number that it can hold, within about an eighth of a microsecond. */
const secondsOf = (nanoseconds: string): number => Number(decimalSeconds(nanoseconds));
