import { findRow, type StoredRow, type TablePages, UnreadablePages, varint } from './table-pages.ts';

/** A part of a value, in bytes. */
export interface Part {
  offset: number;
  length: number;
}

/** Where a value of a table with rowids is stored. */
export interface StoredPlace {
  pages: TablePages;
  /** The root page of its table. */
  root: number;
  rowid: bigint;
  /** Of its column among those that are stored. */
  position: number;
}

/**
 * Goes through the bytes of a text or blob as they are stored: SQLite would load it as a whole. Each piece stays what it
 * is until the next one is asked for.
 * @throws UnreadablePages where it is not there, or only SQLite finds it
 */
export function* storedValue({ pages, root, rowid, position }: StoredPlace, part: Part): Generator<Buffer> {
  const row = findRow(pages, root, rowid);
  const { start, bytes } = placeOf(row.local, position);
  const from = start + part.offset;
  const to = Math.min(start + bytes, from + part.length);
  let passed = 0;
  for (const piece of payload(pages, row)) {
    if (passed >= to) return;
    const end = passed + piece.length;
    if (end > from) yield piece.subarray(Math.max(0, from - passed), to - passed);
    passed = end;
  }
  if (passed < to) throw new UnreadablePages();
}

/** All bytes of a row, the pages on which they go on one after another. */
function* payload(pages: TablePages, { local, length, overflow }: StoredRow): Generator<Buffer> {
  yield local;
  let number = overflow;
  for (let left = length - local.length; left > 0; left -= pages.usable - 4) {
    const page = pages.page(number);
    number = page.readUInt32BE(0);
    yield page.subarray(4, Math.min(pages.usable, left + 4));
  }
}

/** Finds a value by the header of its row: see “Record Format” of SQLite's file format. */
function placeOf(row: Buffer, position: number): { start: number; bytes: number } {
  const header = varint(row, 0);
  const headerBytes = Number(header.value);
  let start = headerBytes;
  for (let n = 0, at = header.end; at < headerBytes; n++) {
    const type = varint(row, at);
    const bytes = bytesOf(Number(type.value));
    if (n === position) return { start, bytes };
    start += bytes;
    at = type.end;
  }
  // The column was added later: its value is the default.
  throw new UnreadablePages();
}

const NUMBER_BYTES = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0];
const bytesOf = (type: number): number => NUMBER_BYTES[type] ?? Math.floor((type - 12) / 2);

/** The position of a column among those that are stored; `null`: it is computed, or its table has no rowids. */
export function storedPosition(
  { columns, rowid }: { columns: ReadonlyArray<{ name: string; generated: string | null }>; rowid: string | null },
  name: string,
): number | null {
  const stored = columns.filter(({ generated }) => generated !== 'virtual');
  const position = stored.findIndex((column) => column.name === name);
  return rowid === null || position < 0 ? null : position;
}
