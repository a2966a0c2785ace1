import { createHash, type Hash, hash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, renameSync } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { errorCode } from '../engine-errors.ts';
import { replaceFile, writeFully } from '../files/durable-files.ts';
import { lockPageOf } from '../ltx/ltx-format.ts';

/*
 * The hash of each page of the newest capture of a history, in a file of the data folder. It says which capture that
 * is: compared with an older one, a page that changed and changed back would be missed.
 *
 * 88 bytes of header: magic, page size u32, pages u32, transaction u64, id of the history, root hash; then the first 16
 * bytes of the SHA-256 of each page, in order. The page of SQLite's locks has no content; its hash is 0.
 */

/** Bytes of the hash of a page. */
export const HASH_BYTES = 16;
const MAGIC = Buffer.from('snapkeep-pages 1\0\0\0\0\0\0\0\0', 'latin1');
const HEADER_BYTES = 88;
const PIECE_BYTES = 1_048_576;
const HASHES_AT_ONCE = 4096;

/** Which capture hashes are of. */
export interface CaptureIdentity {
  historyId: string;
  txid: number;
  /** SHA-256 over the hashes of its pages in order, in hexadecimal digits. */
  rootHash: string;
}

/** Which pages hashes are of. */
export interface PageShape {
  pageSize: number;
  /** How many pages. */
  commit: number;
}

/** Takes the pages of an image in order, and makes their hashes and the root hash of them all. */
export class RootHash {
  readonly #hash: Hash = createHash('sha256');
  readonly #lockPage: number;
  /** Hashes of pages that the root hash does not cover yet: one call for many takes less time. */
  readonly #waiting = Buffer.alloc(HASHES_AT_ONCE * HASH_BYTES);
  #waitingBytes = 0;
  #pages = 0;

  constructor(pageSize: number) {
    this.#lockPage = lockPageOf(pageSize);
  }

  /** Returns the hash of the next page, valid until the next one is asked for. */
  next(page: Uint8Array): Uint8Array {
    if (this.#waitingBytes === this.#waiting.length) this.#take();
    const [start, end] = [this.#waitingBytes, this.#waitingBytes + HASH_BYTES];
    if (++this.#pages === this.#lockPage) this.#waiting.fill(0, start, end);
    // A text of bytes is made faster than an array of them.
    else this.#waiting.write(hash('sha256', page, 'binary'), start, HASH_BYTES, 'latin1');
    this.#waitingBytes = end;
    return this.#waiting.subarray(start, end);
  }

  /** Returns the root hash of the pages that were taken. */
  digest(): string {
    this.#take();
    return this.#hash.digest('hex');
  }

  #take(): void {
    this.#hash.update(this.#waiting.subarray(0, this.#waitingBytes));
    this.#waitingBytes = 0;
  }
}

/** Where the hashes of a capture are until its file is published. */
const nextOf = (path: string): string => `${path}.next`;

/** Takes over the hashes of a capture whose file has been published: the next capture is compared with them. */
export const keepPageHashes = (path: string): Promise<void> => replaceFile(nextOf(path), path);

/** Hashes that are read. */
export class PageHashes implements Disposable {
  readonly #file: number;
  readonly pageSize: number;
  readonly commit: number;

  private constructor(file: number, { pageSize, commit }: PageShape) {
    this.#file = file;
    this.pageSize = pageSize;
    this.commit = commit;
  }

  /**
   * Opens the hashes of a capture, also where a crash came between its publishing and {@link keepPageHashes}.
   * @returns `null` when they are missing, damaged, or of another capture
   */
  static open(path: string, capture: CaptureIdentity): PageHashes | null {
    const kept = PageHashes.#openOne(path, capture);
    if (kept !== null) return kept;
    const next = PageHashes.#openOne(nextOf(path), capture);
    // Its name is for the hashes of the next capture.
    if (next !== null) renameSync(nextOf(path), path);
    return next;
  }

  static #openOne(path: string, capture: CaptureIdentity): PageHashes | null {
    let file: number;
    try {
      file = openSync(path, 'r');
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return null;
      throw error;
    }
    const shape = belongs(file, capture);
    if (shape !== null) return new PageHashes(file, shape);
    closeSync(file);
    return null;
  }

  /** Returns the hashes of pages that follow one another; fewer where there are no more. */
  read(firstPage: number, count: number): Buffer {
    const last = Math.min(this.commit, firstPage + count - 1);
    const hashes = Buffer.alloc(Math.max(0, last - firstPage + 1) * HASH_BYTES);
    readFully(this.#file, hashes, HEADER_BYTES + (firstPage - 1) * HASH_BYTES);
    return hashes;
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }
}

/** Checks that an open file has the hashes of this capture, all of them. */
function belongs(file: number, capture: CaptureIdentity): PageShape | null {
  const header = Buffer.alloc(HEADER_BYTES);
  if (readFully(file, header, 0) < HEADER_BYTES) return null;
  const shape = { pageSize: header.readUInt32BE(24), commit: header.readUInt32BE(28) };
  if (!header.equals(headerOf(capture, shape))) return null;
  if (fstatSync(file).size !== HEADER_BYTES + shape.commit * HASH_BYTES) return null;
  const root = createHash('sha256');
  const piece = Buffer.alloc(PIECE_BYTES);
  for (let at = HEADER_BYTES, read = -1; read !== 0; at += read) {
    read = readFully(file, piece, at);
    root.update(piece.subarray(0, read));
  }
  return root.digest('hex') === capture.rootHash ? shape : null;
}

function headerOf({ historyId, txid, rootHash }: CaptureIdentity, { pageSize, commit }: PageShape): Buffer {
  const numbers = Buffer.alloc(16);
  numbers.writeUInt32BE(pageSize, 0);
  numbers.writeUInt32BE(commit, 4);
  numbers.writeBigUInt64BE(BigInt(txid), 8);
  const id = Buffer.from(historyId.replaceAll('-', ''), 'hex');
  const root = Buffer.from(rootHash, 'hex');
  if (id.length !== 16 || root.length !== 32) throw new Error('Hashes need the id of a history and a root hash.');
  return Buffer.concat([MAGIC, numbers, id, root]);
}

function readFully(file: number, into: Buffer, position: number): number {
  let done = 0;
  while (done < into.length) {
    const read = readSync(file, into, done, into.length - done, position + done);
    if (read === 0) break;
    done += read;
  }
  return done;
}

/** Hashes that are being written, aside, for {@link keepPageHashes}. */
export class PageHashWriter implements AsyncDisposable {
  readonly #path: string;
  readonly #file: FileHandle;

  private constructor(path: string, file: FileHandle) {
    this.#path = path;
    this.#file = file;
  }

  static async create(path: string): Promise<PageHashWriter> {
    const file = await open(nextOf(path), 'w', 0o600);
    // Until the end is known, it has the header of no capture.
    writeFully(file, Buffer.alloc(HEADER_BYTES));
    return new PageHashWriter(nextOf(path), file);
  }

  write(hashes: Uint8Array): void {
    writeFully(this.#file, hashes);
  }

  /** Says which capture the hashes are of, and syncs them. */
  async finish(capture: CaptureIdentity, shape: PageShape): Promise<void> {
    await this.#file.sync();
    await this.#file.write(headerOf(capture, shape), 0, HEADER_BYTES, 0);
    await this.#file.sync();
  }

  /** Removes them: nothing has changed. */
  async discard(): Promise<void> {
    await rm(this.#path, { force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }
}
