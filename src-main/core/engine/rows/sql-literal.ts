import type { Cell } from '../../../../src-shared/model/rows/cell.ts';
import { realLiteral, textLiteral, textLiteralOf } from '../dump/literals.ts';
import type { TextEncoding } from '../identify/dump-text.ts';
import { type SqlValue, sqlValueOf } from './cells.ts';

const SMALLEST = -(2n ** 63n);

/**
 * Writes a value as SQL that reads back as the same one.
 * @param encoding of the database that reads it
 */
export function valueLiteral(value: SqlValue, encoding: TextEncoding): string {
  if (value === null) return 'NULL';
  // The smallest integer has no literal without its sign.
  if (typeof value === 'bigint') return value === SMALLEST ? '(-9223372036854775807-1)' : String(value);
  if (typeof value === 'number') return realLiteral(value);
  if (typeof value === 'string') return textLiteral(value) ?? textLiteralOf(encoded(value, encoding));
  return `X'${value.toString('hex')}'`;
}

/** Writes a whole cell as {@link valueLiteral} does. */
export function cellLiteral(cell: Cell, encoding: TextEncoding): string {
  if (typeof cell === 'object' && cell !== null && 'textBytes' in cell)
    return textLiteralOf(Buffer.from(cell.textBytes, 'base64'));
  return valueLiteral(sqlValueOf(cell), encoding);
}

function encoded(text: string, encoding: TextEncoding): Buffer {
  if (encoding === 'utf-8') return Buffer.from(text);
  const bytes = Buffer.from(text, 'utf16le');
  return encoding === 'utf-16be' ? bytes.swap16() : bytes;
}
