/** So many of the first bytes are judged. */
export const JUDGED_BYTES = 96;
/** Of 96 random bytes some 80 differ; of a text or a known format hardly half. */
const FEWEST_DIFFERENT = 64;
/** Pages of SQLCipher 3; those of version 4 are larger. */
const SMALLEST_PAGE = 1024;
const ENDING = /\.(db3?|sqlite3?|sqlitedb|s3db|sdb|sqlcipher)$/i;

/** What packed and encrypted files begin with, which look random from there on: gzip, ZIP, zstd, xz, bzip2, 7z, age. */
const KNOWN = [
  [0x1f, 0x8b],
  [0x50, 0x4b, 3, 4],
  [0x28, 0xb5, 0x2f, 0xfd],
  [0xfd, 0x37, 0x7a],
  [0x42, 0x5a, 0x68],
  [0x37, 0x7a, 0xbc],
  [0x61, 0x67, 0x65, 0x2d],
];

/** What is known of a file that is no plain database. */
export interface UnknownFile {
  name: string;
  sizeBytes: number;
  /** The first bytes. */
  start: Uint8Array;
  /** Whether a write-ahead log of SQLite lies beside it: that is never encrypted as a whole. */
  hasLog: boolean;
  /** Whether a template says that an encrypted database is at this path. */
  expected: boolean;
}

/**
 * Returns whether a file may be an encrypted database: whole pages of what looks like random bytes, and a name, a log
 * or a template that speaks for a database. Nothing in the file itself tells.
 */
export function mayBeEncrypted({ name, sizeBytes, start, hasLog, expected }: UnknownFile): boolean {
  return looksRandom(sizeBytes, start) && (ENDING.test(name) || hasLog || expected);
}

/** Returns whether a file consists of whole pages and begins with what looks like random bytes. */
export function looksRandom(sizeBytes: number, start: Uint8Array): boolean {
  if (sizeBytes < SMALLEST_PAGE || sizeBytes % SMALLEST_PAGE !== 0 || start.length < JUDGED_BYTES) return false;
  if (KNOWN.some((magic) => magic.every((byte, at) => start[at] === byte))) return false;
  return new Set(start.subarray(0, JUDGED_BYTES)).size >= FEWEST_DIFFERENT;
}
