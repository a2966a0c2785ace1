import type { Cell } from '../../../../src-shared/model/rows/cell.ts';
import type { TextEncoding } from '../identify/dump-text.ts';
import type { Database } from '../sqlite/open-database.ts';
import { pragmaValue } from './ask-pragma.ts';
import { CELL_BYTES, cellOf, type SqlValue } from './cells.ts';

/*
 * How the cells of tables are read exactly: text by its bytes, for it need not be valid, and no more of a long value than
 * is shown. Of each column two expressions are read: the size and class of text and blobs, and the value.
 */

/** Of longer values no start is read, for SQLite would load them whole; in bytes. */
export const LOADED_BYTES = 16 * 1024 * 1024;

/** Returns the encoding of a database, which is that of the bytes of its text. */
export function encodingOf(database: Database): TextEncoding {
  const name = String(pragmaValue(database, 'encoding')).toLowerCase();
  return name === 'utf-16le' || name === 'utf-16be' ? name : 'utf-8';
}

/**
 * Returns the two expressions that read a value: see {@link readCell}.
 * @param sql the column, or any expression without side effects
 * @param longest cuts text and blobs at this many bytes; `Infinity` for keys
 */
export function cellSql(sql: string, longest: number = CELL_BYTES): string {
  const bytes = `CAST(${sql} AS BLOB)`;
  const start = Number.isFinite(longest)
    ? `CASE WHEN octet_length(${sql}) > ${LOADED_BYTES} THEN x'' ELSE substr(${bytes}, 1, ${longest}) END`
    : bytes;
  return [
    `CASE typeof(${sql}) WHEN 'text' THEN octet_length(${sql}) WHEN 'blob' THEN -1 - octet_length(${sql}) END`,
    `CASE WHEN typeof(${sql}) IN ('text', 'blob') THEN ${start} ELSE ${sql} END`,
  ].join(', ');
}

/** Reads a cell from what {@link cellSql} answers. */
export function readCell(size: SqlValue, found: SqlValue, encoding: TextEncoding): Cell {
  if (size === null) return cellOf(found);
  const bytes = Number(size);
  // SQLite answers NULL for a part of nothing.
  const value = Buffer.isBuffer(found) ? found : Buffer.alloc(0);
  if (bytes < 0) return { blob: value.toString('base64'), bytes: -1 - bytes };
  const text = textOf(value, encoding, value.length < bytes);
  if (text === null || text.includes('\0')) return { textBytes: value.toString('base64'), bytes };
  return value.length === bytes ? text : { text, bytes };
}

/** Returns the text that these bytes are; `null`: none. @param isCut a character at its end may be incomplete */
export function textOf(bytes: Uint8Array, encoding: TextEncoding, isCut: boolean): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes, { stream: isCut });
  } catch {
    return null;
  }
}
