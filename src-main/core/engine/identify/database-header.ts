import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** What a SQLite database begins with. */
export const SQLITE_MAGIC = Buffer.from('SQLite format 3\0', 'latin1');

/** Whether bytes from the start of a file can be read as those of a database; one that is encrypted has a plaintext header then. */
export function hasPlaintextHeader(start: Buffer): boolean {
  return start.subarray(0, SQLITE_MAGIC.length).equals(SQLITE_MAGIC);
}

/** Where the head of the first table stands, after the header of the database. */
const TABLE_AT = 100;
/** A table's page: an interior one, or a leaf. */
const TABLE_PAGES = [5, 13];
/** More free bytes in fragments SQLite lets no page have. */
const MAX_FRAGMENTED = 60;

/**
 * Returns the page size of a database, in bytes, by its header and the head of its first table.
 * @param start of the file, 112 bytes or more; the first 16 may be anything, for an encrypted database has its salt there
 * @returns `null`: this is no start of a database
 */
export function pageSizeOfDatabase(start: Buffer): number | null {
  if (start.length < TABLE_AT + 12) return null;
  const pageSize = start.readUInt16BE(16) === 1 ? 65_536 : start.readUInt16BE(16);
  const usable = pageSize - start.readUInt8(20);
  const header =
    pageSize >= 512 &&
    (pageSize & (pageSize - 1)) === 0 &&
    [1, 2].includes(start.readUInt8(18)) &&
    [1, 2].includes(start.readUInt8(19)) &&
    start.readUIntBE(21, 3) === 0x40_20_20 &&
    // The format of the schema, the encoding, and what is kept for later.
    start.readUInt32BE(44) <= 4 &&
    start.readUInt32BE(56) <= 3 &&
    start.subarray(72, 92).every((byte) => byte === 0);
  return header && startsTable(start, usable) ? pageSize : null;
}

/** Returns how many bytes at the end of each page of a plain database are kept free for extensions; 0 of anything else. */
export const reservedBytesOf = (start: Buffer): number => (hasPlaintextHeader(start) ? (start[20] ?? 0) : 0);

/** Where the versions of the file format stand that a writer and a reader have to know. */
const VERSIONS_AT = 18;
/** 1 is for rollback journals, 2 for a log. */
const NEWEST_VERSION = 2;

/** Returns the version of the file format of a plain database that no reader knows yet; `null`: it is none, or is known. */
export function laterFormatOf(start: Buffer): number | null {
  const version = start[VERSIONS_AT + 1] ?? 0;
  if (!hasPlaintextHeader(start) || version <= NEWEST_VERSION) return null;
  const asKnown = Buffer.from(start).fill(1, VERSIONS_AT, VERSIONS_AT + 2);
  return pageSizeOfDatabase(asKnown) === null ? null : version;
}

/** @param usable of each page, in bytes */
function startsTable(start: Buffer, usable: number): boolean {
  const type = start.readUInt8(TABLE_AT);
  const freeBlock = start.readUInt16BE(TABLE_AT + 1);
  const cells = start.readUInt16BE(TABLE_AT + 3);
  const content = start.readUInt16BE(TABLE_AT + 5) || 65_536;
  return (
    TABLE_PAGES.includes(type) &&
    content <= usable &&
    content >= TABLE_AT + (type === 5 ? 12 : 8) + 2 * cells &&
    (freeBlock === 0 || (freeBlock >= content && freeBlock < usable)) &&
    start.readUInt8(TABLE_AT + 7) <= MAX_FRAGMENTED
  );
}

/** Where the length of a database is in its header, and what tells whether it is up to date. */
const CHANGES_AT = 24;
const PAGES_AT = 28;
const VALID_FOR_AT = 92;

/**
 * Returns what a file has behind the end that the header of its database tells; `null`: nothing, or the header does not tell.
 * @returns where that is and how long, in bytes, and whether it begins as a database does
 */
export function bytesBehind(path: string): { at: number; bytes: number; database: boolean } | null {
  const file = openSync(path, 'r');
  try {
    const start = Buffer.alloc(TABLE_AT);
    if (readSync(file, start, 0, TABLE_AT, 0) < TABLE_AT) return null;
    if (start.readUInt32BE(CHANGES_AT) !== start.readUInt32BE(VALID_FOR_AT)) return null;
    const pageSize = start.readUInt16BE(16) === 1 ? 65_536 : start.readUInt16BE(16);
    const at = pageSize * start.readUInt32BE(PAGES_AT);
    const bytes = fstatSync(file).size - at;
    if (at === 0 || bytes <= 0) return null;
    const next = Buffer.alloc(SQLITE_MAGIC.length);
    readSync(file, next, 0, next.length, at);
    return { at, bytes, database: next.equals(SQLITE_MAGIC) };
  } finally {
    closeSync(file);
  }
}
