import { quoteText, realLiteral, textLiteral, textLiteralOf } from '../dump/literals.ts';
import { LongValue, type RowValue, TextBytes } from './exact-values.ts';

/**
 * Writes a value as SQL that reads back as the same one.
 * @param encoding of the database that reads it
 */
export function valueLiteral(value: RowValue, encoding: string): string {
  if (value === null) return 'NULL';
  if (typeof value === 'bigint') return value === -(2n ** 63n) ? '-9223372036854775807-1' : String(value);
  if (typeof value === 'number') return realLiteral(value);
  if (typeof value === 'string') return textLiteral(value) ?? textLiteralOf(inEncoding(value, encoding));
  if (value instanceof TextBytes) return textLiteralOf(value.bytes);
  if (value instanceof LongValue) return quoteText(value.sha256);
  return `X'${value.toString('hex')}'`;
}

function inEncoding(text: string, encoding: string): Buffer {
  if (encoding === 'UTF-8') return Buffer.from(text);
  const bytes = Buffer.from(text, 'utf16le');
  return encoding === 'UTF-16be' ? bytes.swap16() : bytes;
}
