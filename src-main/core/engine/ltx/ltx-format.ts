import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';

/*
 * LTX, format version 3, as Litestream 0.5 writes it: https://github.com/superfly/ltx. All integers are big-endian.
 */

/** What an LTX file says of itself. */
export interface LtxHeader {
  /** Bytes of a page: a power of two from 512 to 65,536. */
  pageSize: number;
  /** Pages of the database once the file is applied. */
  commit: number;
  /** The first of the transactions that the file holds; 1: the file is a base, with every page. */
  minTxid: bigint;
  /** The last of them. */
  maxTxid: bigint;
  /** When it was taken, in milliseconds since 1970. It labels only: transaction ids order. */
  timestamp: number;
  /** Who wrote it; 0: nobody in particular. */
  nodeId: bigint;
}

/** A page of a database. */
export interface LtxPage {
  /** From 1. */
  number: number;
  /** Exactly one page; valid until the next one is asked for. */
  data: Uint8Array;
}

/** The bytes of an LTX file, front to back, and what it is called in messages. */
export interface LtxSource {
  name: string;
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

const MAGIC = 'LTX1';
export const HEADER_BYTES = 100;
/** Page number, flags and compressed size. */
export const FRAME_HEADER_BYTES = 10;
/** What the frame of a page of other flags would have is a format of before Litestream 0.5. */
export const FRAME_WITH_SIZE = 1;
/** Where the frames end, a page number and flags of 0 stand. */
export const END_OF_PAGES = Buffer.alloc(6);
/** The trailer's first half: no checksum of the database. */
export const NO_DATABASE_CHECKSUM = Buffer.alloc(8);
/** A checksum has this bit set, so that it is never 0. */
export const CHECKSUM_FLAG = 1n << 63n;
const NO_CHECKSUM_FLAG = 2;

/** SQLite allows no more pages. */
const MOST_PAGES = 0xff_ff_ff_fe;
/** The last instant that a date can have, in milliseconds. */
const LAST_INSTANT = 8_640_000_000_000_000;
/** SQLite takes its locks at this byte of a file. */
const LOCK_BYTE = 2 ** 30;

/** Returns the number of the page that SQLite's locks lie on: it has no content and is never stored. */
export const lockPageOf = (pageSize: number): number => LOCK_BYTE / pageSize + 1;

/** Whether a file with this header has every page of the database. */
export const isBase = ({ minTxid }: Pick<LtxHeader, 'minTxid'>): boolean => minTxid === 1n;

/** Returns how many bytes a page may have once it is compressed: LZ4 adds that much where nothing repeats. */
export const mostPacked = (pageSize: number): number => pageSize + Math.floor(pageSize / 255) + 16;

/** An LTX file that cannot be used. */
export const damagedLtx = (name: string, why: string, cause?: unknown): SnapkeepError =>
  new SnapkeepError('CORRUPT', `${name} is damaged: ${why}.`, {
    hint: 'Use another copy of the file, or another point in time.',
    cause,
  });

/** Returns what makes a header impossible; `null`: nothing. */
function headerFault({ pageSize, commit, minTxid, maxTxid, timestamp }: LtxHeader): string | null {
  if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0) return `its page size is ${pageSize}`;
  if (commit < 1 || commit > MOST_PAGES) return `its database would have ${commit} pages`;
  if (minTxid < 1n || maxTxid < minTxid) return `its transactions are ${minTxid} to ${maxTxid}`;
  if (Math.abs(timestamp) > LAST_INSTANT) return 'its timestamp is no date';
  return null;
}

/** Returns the 100 bytes of a header. @throws Error when no file may have it */
export function encodeHeader(header: LtxHeader): Buffer {
  const fault = headerFault(header);
  if (fault !== null) throw new Error(`No LTX file can be written: ${fault}.`);
  const bytes = Buffer.alloc(HEADER_BYTES);
  bytes.write(MAGIC, 'latin1');
  bytes.writeUInt32BE(NO_CHECKSUM_FLAG, 4);
  bytes.writeUInt32BE(header.pageSize, 8);
  bytes.writeUInt32BE(header.commit, 12);
  bytes.writeBigUInt64BE(header.minTxid, 16);
  bytes.writeBigUInt64BE(header.maxTxid, 24);
  bytes.writeBigInt64BE(BigInt(Math.trunc(header.timestamp)), 32);
  bytes.writeBigUInt64BE(header.nodeId, 72);
  return bytes;
}

/**
 * Reads a header.
 * @returns with it, whether the file carries checksums of the database, as the `ltx` command writes them
 * @throws SnapkeepError `CORRUPT`
 */
export function decodeHeader(bytes: Buffer, name: string): { header: LtxHeader; checksums: boolean } {
  if (bytes.length < HEADER_BYTES) throw damagedLtx(name, 'it ends within its header');
  if (bytes.toString('latin1', 0, 4) !== MAGIC) throw damagedLtx(name, 'it does not begin as an LTX file');
  const flags = bytes.readUInt32BE(4);
  if ((flags & ~NO_CHECKSUM_FLAG) !== 0) throw damagedLtx(name, `its flags are ${flags}`);
  const header = {
    pageSize: bytes.readUInt32BE(8),
    commit: bytes.readUInt32BE(12),
    minTxid: bytes.readBigUInt64BE(16),
    maxTxid: bytes.readBigUInt64BE(24),
    timestamp: Number(bytes.readBigInt64BE(32)),
    nodeId: bytes.readBigUInt64BE(72),
  };
  const checksums = flags === 0;
  const before = bytes.readBigUInt64BE(40);
  const fault = headerFault(header);
  if (fault !== null) throw damagedLtx(name, fault);
  if (checksums && !isBase(header) ? before < CHECKSUM_FLAG : before !== 0n)
    throw damagedLtx(name, 'the checksum of the database before it does not fit its flags');
  if (bytes.subarray(80).some((byte) => byte !== 0)) throw damagedLtx(name, 'the end of its header is not empty');
  return { header, checksums };
}

/** Reads the header from the start of a file. @throws SnapkeepError `CORRUPT` */
export const readLtxHeader = (start: Buffer, name: string): LtxHeader => decodeHeader(start, name).header;

/** The rules for the numbers of the pages in a file, which hold for whoever writes it and whoever reads it. */
export class PageOrder {
  readonly #base: boolean;
  readonly #commit: number;
  readonly #lockPage: number;
  #last = 0;

  constructor(header: LtxHeader, lockPage = lockPageOf(header.pageSize)) {
    this.#base = isBase(header);
    this.#commit = header.commit;
    this.#lockPage = lockPage;
  }

  /** Takes note of the next page. @returns why it may not stand here; `null`: it may */
  next(number: number): string | null {
    const last = this.#last;
    if (number === this.#lockPage) return `it has page ${number}, on which SQLite's locks lie`;
    if (number > this.#commit) return `it has page ${number} of a database of ${this.#commit} pages`;
    if (number <= last) return `page ${number} stands behind page ${last}`;
    if (this.#base && number !== this.#expected()) return `page ${this.#expected()} is missing`;
    this.#last = number;
    return null;
  }

  /** Returns why the pages may not end here; `null`: they may. */
  end(): string | null {
    return this.#base && this.#expected() <= this.#commit ? `page ${this.#expected()} is missing` : null;
  }

  #expected(): number {
    return this.#last + 1 === this.#lockPage ? this.#last + 2 : this.#last + 1;
  }
}

/** Bytes that the line of a page index has at most. */
export const MOST_ENTRY_BYTES = 30;

/**
 * Puts the line of a page index into bytes: the page, where its frame stands, and its bytes with its header.
 * @returns where the next line goes
 */
export function putIndexEntry(into: Uint8Array, start: number, number: number, offset: number, bytes: number): number {
  return putNumber(into, putNumber(into, putNumber(into, start, number), offset), bytes);
}

function putNumber(into: Uint8Array, start: number, value: number): number {
  let at = start;
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) into[at++] = (rest % 128) | 128;
  into[at++] = rest;
  return at;
}
