import type { Cell } from '../../../../src-shared/model/rows/cell.ts';

/**
 * A value as the driver gives and takes it with `safeIntegers`: integers as bigint, reals as number. Text that is no
 * valid UTF-8 must be read as a blob, see {@link mayBeInvalid}.
 */
export type SqlValue = null | bigint | number | string | Buffer;

/** How much of a text or a blob is sent with its row, in bytes. */
export const CELL_BYTES = 512;

/**
 * Returns a value as it is sent.
 * @param longest cuts text and blobs at this many bytes; `Infinity` for keys
 */
export function cellOf(value: SqlValue, longest: number = CELL_BYTES): Cell {
  if (value === null) return null;
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : { integer: String(value) };
  }
  if (typeof value === 'number') return { real: Number.isFinite(value) ? value : value > 0 ? 'Infinity' : '-Infinity' };
  if (typeof value === 'string') return textCell(value, longest);
  return { blob: value.subarray(0, longest).toString('base64'), bytes: value.length };
}

/** Returns text that is no valid UTF-8, read as a blob, as it is sent. */
export function textBytesCell(value: Buffer, longest: number = CELL_BYTES): Cell {
  return { textBytes: value.subarray(0, longest).toString('base64'), bytes: value.length };
}

/** Whether the driver may have replaced what is no valid UTF-8 in this text: `CAST(column AS BLOB)` has its bytes. */
export const mayBeInvalid = (text: string): boolean => text.includes('\u{fffd}');

/** Returns the start of a text without its last character, if that was cut. */
export function wholeCharacters(start: string): string {
  let end = start.length;
  while (end > 0 && start[end - 1] === '\u{fffd}') end -= 1;
  return start.slice(0, end);
}

function textCell(value: string, longest: number): Cell {
  if (value.includes('\0')) return textBytesCell(Buffer.from(value), longest);
  const bytes = Buffer.byteLength(value);
  if (bytes <= longest) return value;
  // A character is at least one byte; what is cut in the middle of one loses it.
  const start = Buffer.from(value.slice(0, longest)).subarray(0, longest).toString();
  return { text: wholeCharacters(start), bytes };
}

/**
 * Returns what a whole cell stands for, to be bound to a statement; `textBytes` are bound as a blob and need
 * `CAST(? AS TEXT)`, see {@link placeholderOf}.
 */
export function sqlValueOf(cell: Cell): SqlValue {
  if (cell === null || typeof cell === 'string') return cell;
  if (typeof cell === 'number') return BigInt(cell);
  if ('integer' in cell) return BigInt(cell.integer);
  if ('real' in cell) return Number(cell.real);
  if ('text' in cell) return cell.text;
  return Buffer.from('blob' in cell ? cell.blob : cell.textBytes, 'base64');
}

/** The placeholder for a cell in SQL. */
export const placeholderOf = (cell: Cell): string =>
  typeof cell === 'object' && cell !== null && 'textBytes' in cell ? 'CAST(? AS TEXT)' : '?';
