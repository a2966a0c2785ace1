import { isUtf8 } from 'node:buffer';
import { createHash, randomBytes } from 'node:crypto';
import type { TextEncoding } from '../identify/dump-text.ts';
import { CELL_BYTES, mayBeInvalid, type SqlValue } from '../rows/cells.ts';
import { storedValue } from '../rows/stored-values.ts';
import type { TablePages } from '../rows/table-pages.ts';
import type { Database } from '../sqlite/open-database.ts';

/** Text that is no valid UTF-8 (or UTF-16): its bytes as they are stored. */
export class TextBytes {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
}

/** What stands for a value that is not kept in memory: its type, size, hash and start. */
export class LongValue {
  readonly type: 'text' | 'blob';
  /** In the encoding of the database. */
  readonly bytes: number;
  readonly sha256: string;
  readonly start: Buffer;
  /** Of the text. */
  readonly encoding: TextEncoding;

  constructor(tagged: Buffer, encoding: TextEncoding) {
    this.encoding = encoding;
    this.type = tagged[TAG_BYTES] === 0 ? 'text' : 'blob';
    this.bytes = tagged.readUIntBE(TAG_BYTES + 1, 6);
    this.sha256 = tagged.subarray(TAG_BYTES + 7, TAG_BYTES + 39).toString('hex');
    this.start = tagged.subarray(TAG_BYTES + 39);
  }
}

/** A value of a row that is compared: exact, whatever is stored. */
export type RowValue = SqlValue | TextBytes | LongValue;

/** Thrown where a row was read as strings, and the driver has replaced what is no text in one of them. */
export class NotAsStrings extends Error {}

/** From this size on, values are compared by their hashes, in bytes. */
export const LONG_BYTES = 64 * 1024;

/*
 * The driver gives text as strings and blobs as buffers. Text as bytes, and what stands for a long value, come as blobs
 * that begin with a mark of this process, which nobody who writes a database can know.
 */
const MARK = randomBytes(16);
const TEXT_MARK = Buffer.concat([MARK, Buffer.from([1])]);
const LONG_MARK = Buffer.concat([MARK, Buffer.from([2])]);
const TAG_BYTES = TEXT_MARK.length;
const LONG_FUNCTION = 'snapkeep_long';
const STORED_FUNCTION = 'snapkeep_stored';
const TEXT_FUNCTION = 'snapkeep_text';

function longValue(type: unknown, bytes: number, pieces: Iterable<Buffer>): Buffer {
  const head = Buffer.alloc(7);
  head.writeUInt8(type === 'text' ? 0 : 1);
  head.writeUIntBE(bytes, 1, 6);
  const hash = createHash('sha256');
  let start = Buffer.alloc(0);
  for (const piece of pieces) {
    hash.update(piece);
    if (start.length < CELL_BYTES) start = Buffer.concat([start, piece.subarray(0, CELL_BYTES - start.length)]);
  }
  return Buffer.concat([LONG_MARK, head, hash.digest(), start]);
}

/** Readies a connection for {@link valueSql}. @param pages of its image; `null`: SQLite alone reads it */
export function prepareForValues(database: Database, pages: TablePages | null): void {
  const options = { deterministic: true, directOnly: true };
  database.function(LONG_FUNCTION, options, (type: unknown, bytes: unknown) =>
    longValue(type, (bytes as Buffer).length, [bytes as Buffer]),
  );
  const stored = (type: unknown, bytes: bigint, root: bigint, rowid: bigint, position: bigint): Buffer => {
    if (pages === null) throw new Error('An image whose pages are not read.');
    const place = { pages, root: Number(root), rowid, position: Number(position) };
    return longValue(type, Number(bytes), storedValue(place, { offset: 0, length: Number(bytes) }));
  };
  database.function(STORED_FUNCTION, { ...options, safeIntegers: true }, stored as (...given: unknown[]) => Buffer);
  database.function(TEXT_FUNCTION, options, (bytes: unknown) => Buffer.concat([TEXT_MARK, bytes as Buffer]));
}

/**
 * A column as it is read.
 * @param column in quotes
 * @param as `strings` is fast; `bytes` keeps text that is no valid UTF-8
 * @param longFrom more bytes than these are replaced by what stands for them, see {@link LongValue}
 * @param place where such a value is stored, as SQL: root page, rowid and position; `null`: SQLite loads it
 */
export function valueSql(
  column: string,
  as: 'strings' | 'bytes',
  longFrom: number,
  place: string | null = null,
): string {
  const long =
    place === null
      ? `${LONG_FUNCTION}(typeof(${column}),CAST(${column} AS BLOB))`
      : `${STORED_FUNCTION}(typeof(${column}),octet_length(${column}),${place})`;
  const whenLong = Number.isFinite(longFrom)
    ? ` WHEN typeof(${column}) IN ('text','blob') AND octet_length(${column})>${longFrom}
        THEN ${long}`
    : '';
  const text = as === 'bytes' ? ` WHEN typeof(${column})='text' THEN ${TEXT_FUNCTION}(CAST(${column} AS BLOB))` : '';
  return whenLong === '' && text === '' ? column : `CASE${whenLong}${text} ELSE ${column} END`;
}

/** A row as it comes from the driver. */
export type RawRow = SqlValue[];

/** @throws NotAsStrings */
export function requireStrings(row: RawRow): void {
  for (const value of row) if (typeof value === 'string' && mayBeInvalid(value)) throw new NotAsStrings();
}

const isMarked = (value: Buffer, mark: Buffer): boolean =>
  value.length >= TAG_BYTES && value.compare(mark, 0, TAG_BYTES, 0, TAG_BYTES) === 0;

/** The bytes of text that was read as bytes; `null` for any other value. */
export const textBytesOf = (value: Buffer): Buffer | null =>
  isMarked(value, TEXT_MARK) ? value.subarray(TAG_BYTES) : null;

/** Returns what a value from the driver stands for. @param encoding of the database */
export function decode(value: SqlValue, encoding: TextEncoding): RowValue {
  if (!Buffer.isBuffer(value)) return value;
  if (isMarked(value, LONG_MARK)) return new LongValue(value, encoding);
  const bytes = textBytesOf(value);
  if (bytes === null) return value;
  return textOf(bytes, encoding) ?? new TextBytes(bytes);
}

function textOf(bytes: Buffer, encoding: TextEncoding): string | null {
  if (encoding === 'utf-8') return isUtf8(bytes) ? bytes.toString() : null;
  if (bytes.length % 2 !== 0) return null;
  const text = (encoding === 'utf-16be' ? Buffer.from(bytes).swap16() : bytes).toString('utf16le');
  return text.isWellFormed() ? text : null;
}

/** Whether two values of rows are the same, with their types. */
export function sameRowValue(one: RowValue, other: RowValue): boolean {
  if (one instanceof LongValue)
    return other instanceof LongValue && one.sha256 === other.sha256 && one.type === other.type;
  if (one instanceof TextBytes) return other instanceof TextBytes && one.bytes.equals(other.bytes);
  return !(other instanceof LongValue || other instanceof TextBytes) && sameValue(one, other);
}

/** Whether two values from the driver are the same, with their types. */
export function sameValue(one: SqlValue, other: SqlValue): boolean {
  if (Buffer.isBuffer(one)) return Buffer.isBuffer(other) && one.equals(other);
  return Object.is(one, other);
}
