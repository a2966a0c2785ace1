import { closeSync, openSync, readSync } from 'node:fs';
import { hasPlaintextHeader, reservedBytesOf } from '../identify/database-header.ts';

/** A rowid: a number where it is exact, else a bigint. Both compare with each other by `<`. */
export type Rowid = number | bigint;

/** Thrown where a page is not what its parent says: SQLite is to read the table instead. */
export class UnreadablePages extends Error {}

const HEADER_BYTES = 100;
/** Pages are read in pieces of this size, of which each image keeps some. */
const PIECE_BYTES = 512 * 1024;
const KEPT_PIECES = 16;
const INTERIOR = 5;
const LEAF = 13;
const LEAF_HEADER = 8;
const INTERIOR_HEADER = 12;
/** No tree of SQLite is deeper. */
const DEEPEST = 20;

/** The pages of an unencrypted image that nobody writes to and that has no log or journal. */
export class TablePages implements Disposable {
  readonly #file: number;
  readonly #pieces = new Map<number, Buffer>();
  readonly pageSize: number;
  /** Bytes of a page without those that are reserved at its end. */
  readonly usable: number;

  /** @returns `null` for what is encrypted, or no database */
  static open(path: string): TablePages | null {
    const file = openSync(path, 'r');
    const header = Buffer.alloc(HEADER_BYTES);
    if (readSync(file, header, 0, HEADER_BYTES, 0) === HEADER_BYTES && hasPlaintextHeader(header))
      return new TablePages(file, header);
    closeSync(file);
    return null;
  }

  private constructor(file: number, header: Buffer) {
    this.#file = file;
    this.pageSize = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16);
    this.usable = this.pageSize - reservedBytesOf(header);
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }

  /**
   * Returns a page, which stays what it is only until other pages are asked for.
   * @throws UnreadablePages beyond the end of the file
   */
  page(number: number): Buffer {
    const at = (number - 1) * this.pageSize;
    const piece = Math.floor(at / PIECE_BYTES);
    const start = at - piece * PIECE_BYTES;
    const page = this.#piece(piece).subarray(start, start + this.pageSize);
    if (number < 1 || page.length < this.pageSize) throw new UnreadablePages();
    return page;
  }

  #piece(number: number): Buffer {
    const kept = this.#pieces.get(number);
    if (kept !== undefined) return kept;
    const buffer = this.#roomForPiece();
    const piece = buffer.subarray(0, readSync(this.#file, buffer, 0, PIECE_BYTES, number * PIECE_BYTES));
    this.#pieces.set(number, piece);
    return piece;
  }

  /** The room of the piece that was read first is used again: memory stays the same, however large the image is. */
  #roomForPiece(): Buffer {
    const [oldest] = this.#pieces;
    if (this.#pieces.size < KEPT_PIECES || oldest === undefined) return Buffer.allocUnsafeSlow(PIECE_BYTES);
    this.#pieces.delete(oldest[0]);
    return Buffer.from(oldest[1].buffer);
  }

  /** The leaf pages of a table with rowids, in their order, each as {@link page}. @param root its root page */
  *leaves(root: number, depth = 0): Generator<Buffer> {
    const page = this.page(root);
    const start = root === 1 ? HEADER_BYTES : 0;
    const type = page[start];
    if (depth > DEEPEST || root === 1 || (type !== LEAF && type !== INTERIOR)) throw new UnreadablePages();
    if (type === LEAF) {
      yield page;
      return;
    }
    const children = Array.from({ length: page.readUInt16BE(3) }, (_, n) =>
      page.readUInt32BE(offsetAt(page, INTERIOR_HEADER, n)),
    );
    for (const child of [...children, page.readUInt32BE(8)]) yield* this.leaves(child, depth + 1);
  }
}

/** A row on its leaf. */
export interface StoredRow {
  /** Its bytes that stand on the leaf; a copy. */
  local: Buffer;
  /** Of all its bytes. */
  length: number;
  /** The first page of its other bytes. */
  overflow: number;
}

/** Finds a row of a table. @throws UnreadablePages where it is not there */
export function findRow(pages: TablePages, root: number, rowid: bigint): StoredRow {
  const wanted = exact(rowid);
  let number = root;
  for (let depth = 0; depth <= DEEPEST && number > 1; depth++) {
    const page = pages.page(number);
    const cells = Array.from({ length: page.readUInt16BE(3) }, (_, n) => n);
    if (page[0] === LEAF) {
      for (const n of cells) {
        const length = varint(page, offsetAt(page, LEAF_HEADER, n));
        const key = varint(page, length.end);
        if (key.value === wanted) return rowAt(page, Number(length.value), key.end, pages.usable);
      }
      break;
    }
    if (page[0] !== INTERIOR) break;
    const child = cells
      .map((n) => offsetAt(page, INTERIOR_HEADER, n))
      .find((at) => !(varint(page, at + 4).value < wanted));
    number = page.readUInt32BE(child ?? 8);
  }
  throw new UnreadablePages();
}

function rowAt(page: Buffer, length: number, start: number, usable: number): StoredRow {
  const end = start + localBytes(length, usable);
  if (end + 4 > page.length && length !== end - start) throw new UnreadablePages();
  const overflow = length === end - start ? 0 : page.readUInt32BE(end);
  return { local: Buffer.from(page.subarray(start, end)), length, overflow };
}

/** Goes through the rows of a table in the order of their rowids. */
export class RowCursor {
  readonly #pages: TablePages;
  readonly #leaves: Generator<Buffer>;
  readonly #own: Buffer;
  /** The current leaf; `null` behind the last row. */
  leaf: Buffer | null = null;
  rowid: Rowid = 0;
  /** Of the row, in bytes. */
  length = 0;
  #cells = 0;
  #cell = -1;
  #start = 0;
  #local = 0;
  #last: Rowid | null = null;

  constructor(pages: TablePages, root: number) {
    this.#pages = pages;
    this.#leaves = pages.leaves(root);
    this.#own = Buffer.alloc(pages.pageSize);
    this.nextLeaf();
  }

  /** Whether this is the first row of its leaf. */
  get atLeafStart(): boolean {
    return this.#cell === 0;
  }

  nextLeaf(): void {
    do {
      const { value, done } = this.#leaves.next();
      this.leaf = done ? null : this.#own;
      if (done) return;
      value.copy(this.#own);
      this.#cells = this.#own.readUInt16BE(3);
      this.#cell = -1;
    } while (this.#cells === 0);
    this.next();
  }

  next(): void {
    const { leaf } = this;
    if (leaf === null) return;
    this.#cell += 1;
    if (this.#cell >= this.#cells) {
      this.nextLeaf();
      return;
    }
    let at = offsetAt(leaf, LEAF_HEADER, this.#cell);
    const length = varint(leaf, at);
    at = length.end;
    const rowid = varint(leaf, at);
    this.length = Number(length.value);
    this.rowid = rowid.value;
    if (this.#last !== null && !(this.#last < this.rowid)) throw new UnreadablePages();
    this.#last = this.rowid;
    this.#start = rowid.end;
    this.#local = localBytes(this.length, this.#pages.usable);
    if (this.#start + this.#local > leaf.length) throw new UnreadablePages();
  }

  /** Passes over the rest of the leaf, all of whose rows are known. Its last row keeps the order in check. */
  skipLeaf(): void {
    if (this.#cells > 1) {
      this.#cell = this.#cells - 2;
      this.next();
    }
    this.nextLeaf();
  }

  /** Whether each row of the current leaf is stored on it as a whole. */
  leafIsWhole(): boolean {
    const { leaf } = this;
    if (leaf === null) return true;
    for (let n = 0; n < this.#cells; n++) {
      const length = Number(varint(leaf, offsetAt(leaf, LEAF_HEADER, n)).value);
      if (localBytes(length, this.#pages.usable) !== length) return false;
    }
    return true;
  }

  /** Whether two rows have the same bytes. */
  sameBytes(other: RowCursor): boolean {
    const [mine, theirs] = [this.leaf, other.leaf];
    if (mine === null || theirs === null || this.length !== other.length) return false;
    const [end, otherEnd] = [this.#start + this.#local, other.#start + other.#local];
    if (mine.compare(theirs, other.#start, otherEnd, this.#start, end) !== 0) return false;
    if (this.#local === this.length) return true;
    return this.#sameOverflow(mine.readUInt32BE(end), other.#pages, theirs.readUInt32BE(otherEnd));
  }

  #sameOverflow(first: number, pages: TablePages, otherFirst: number): boolean {
    let [page, otherPage] = [first, otherFirst];
    for (let left = this.length - this.#local; left > 0; left -= this.#pages.usable - 4) {
      const [mine, theirs] = [this.#pages.page(page), pages.page(otherPage)];
      const end = Math.min(this.#pages.usable, left + 4);
      if (mine.compare(theirs, 4, end, 4, end) !== 0) return false;
      page = mine.readUInt32BE(0);
      otherPage = theirs.readUInt32BE(0);
    }
    return true;
  }
}

function offsetAt(page: Buffer, header: number, cell: number): number {
  const pointer = header + 2 * cell;
  if (pointer + 2 > page.length) throw new UnreadablePages();
  const at = page.readUInt16BE(pointer);
  if (at < header || at + 4 > page.length) throw new UnreadablePages();
  return at;
}

/** How many bytes of a row stand on its leaf: see “Cell payload overflow pages” of SQLite's file format. */
function localBytes(length: number, usable: number): number {
  const most = usable - 35;
  if (length <= most) return length;
  const least = Math.floor(((usable - 12) * 32) / 255) - 23;
  const fitting = least + ((length - least) % (usable - 4));
  return fitting <= most ? fitting : least;
}

/** SQLite's number of one to nine bytes. */
export function varint(page: Buffer, start: number): { value: Rowid; end: number } {
  let value = 0;
  for (let n = 0; n < 7; n++) {
    const byte = page[start + n];
    if (byte === undefined) throw new UnreadablePages();
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, end: start + n + 1 };
  }
  let long = BigInt(value);
  for (let n = 7; n < 9; n++) {
    const byte = page[start + n];
    if (byte === undefined) throw new UnreadablePages();
    if (n === 8) long = (long << 8n) | BigInt(byte);
    else long = (long << 7n) | BigInt(byte & 0x7f);
    if (byte < 0x80 || n === 8) return { value: exact(BigInt.asIntN(64, long)), end: start + n + 1 };
  }
  throw new UnreadablePages();
}

function exact(value: bigint): Rowid {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
