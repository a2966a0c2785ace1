import type { SqlValue } from '../rows/cells.ts';
import type { Collation } from '../rows/row-identity.ts';
import { textBytesOf } from './exact-values.ts';

/** How values of a column are ordered, in SQL and here alike. */
export interface ColumnOrder {
  collation: Collation;
  /** Text is compared by its UTF-8, and what differs by spaces at its end alone by its length. */
  byUtf8: boolean;
  /** An integer and a real of the same value differ. */
  byType: boolean;
}

/**
 * The terms of ORDER BY for a column. BINARY orders UTF-16 by its bytes; RTRIM is defined for UTF-8 and orders every
 * encoding alike.
 */
export function orderSql(value: string, { collation, byUtf8, byType }: ColumnOrder): string {
  const text =
    byUtf8 && collation === 'BINARY'
      ? `${value} COLLATE RTRIM,octet_length(${value})`
      : `${value} COLLATE ${collation}`;
  return byType ? `${text},typeof(${value})` : text;
}

/** Compares values from the driver as {@link orderSql} does. */
export function compareValues(one: SqlValue, other: SqlValue, order: ColumnOrder): number {
  const [rank, otherRank] = [rankOf(one), rankOf(other)];
  if (rank !== otherRank) return rank - otherRank;
  if (rank === NULL) return 0;
  if (rank === NUMBER) return compareNumbers(one as number | bigint, other as number | bigint, order.byType);
  if (rank === TEXT) return compareText(one as string | Buffer, other as string | Buffer, order);
  return Buffer.compare(one as Buffer, other as Buffer);
}

const [NULL, NUMBER, TEXT, BLOB] = [0, 1, 2, 3];

function rankOf(value: SqlValue): number {
  if (value === null) return NULL;
  if (typeof value === 'string') return TEXT;
  if (!Buffer.isBuffer(value)) return NUMBER;
  return textBytesOf(value) === null ? BLOB : TEXT;
}

function compareNumbers(one: number | bigint, other: number | bigint, byType: boolean): number {
  if (one < other) return -1;
  if (other < one) return 1;
  if (!byType) return 0;
  return Number(typeof one === 'number') - Number(typeof other === 'number');
}

function compareText(one: string | Buffer, other: string | Buffer, { collation, byUtf8 }: ColumnOrder): number {
  if (one === other) return 0;
  if (typeof one === 'string' && typeof other === 'string') {
    if (collation === 'NOCASE') return compareWithoutCase(one, other);
    if (collation === 'RTRIM') return byCodePoints(trimmed(one), trimmed(other));
    if (!byUtf8) return byCodePoints(one, other);
    return byCodePoints(trimmed(one), trimmed(other)) || one.length - other.length;
  }
  return compareBytes(bytesOf(one), bytesOf(other), collation);
}

const bytesOf = (text: string | Buffer): Buffer =>
  typeof text === 'string' ? Buffer.from(text) : (textBytesOf(text) ?? text);

/** Text of which some is no valid UTF-8. */
function compareBytes(one: Buffer, other: Buffer, collation: Collation): number {
  if (collation === 'BINARY') return Buffer.compare(one, other);
  // Each byte as a character: what is folded and trimmed is ASCII.
  const [mine, theirs] = [one.toString('latin1'), other.toString('latin1')];
  return collation === 'NOCASE'
    ? compareWithoutCase(mine, theirs, one.length - other.length)
    : byCodePoints(trimmed(mine), trimmed(theirs));
}

const trimmed = (text: string): string => {
  let end = text.length;
  while (end > 0 && text[end - 1] === ' ') end -= 1;
  return text.slice(0, end);
};
const folded = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

/** As SQLite does: it knows no capitals but those of ASCII, and behind a NUL in both only the lengths count. */
function compareWithoutCase(one: string, other: string, longer?: number): number {
  const [mine, theirs] = [folded(one), folded(other)];
  const nul = mine.indexOf('\0');
  if (nul >= 0 && theirs.startsWith(mine.slice(0, nul + 1)))
    return longer ?? Buffer.byteLength(one) - Buffer.byteLength(other);
  return byCodePoints(mine, theirs);
}

const FIRST_SURROGATE = 0xd800;
const BEHIND_SURROGATES = 0xe000;

/** The order of UTF-8. That of UTF-16 differs: surrogates stand before U+E000. */
function byCodePoints(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  let at = 0;
  while (at < length && one.charCodeAt(at) === other.charCodeAt(at)) at += 1;
  if (at === length) return one.length - other.length;
  return place(one.charCodeAt(at)) - place(other.charCodeAt(at));
}

function place(unit: number): number {
  if (unit < FIRST_SURROGATE) return unit;
  return unit < BEHIND_SURROGATES ? unit + 0x10000 : unit;
}
