import { open } from 'node:fs/promises';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { FileContent } from '../../../src-shared/model/restore.ts';
import { CONTENT_LIST_START } from './content-list.ts';
import { pageSizeOfDatabase, SQLITE_MAGIC } from './database-header.ts';
import { startOfSql } from './dump/sql-start.ts';
import { requireFile } from './require-file.ts';
import { AGE_START, ARMOR_START } from './unseal.ts';

/** How much is looked at. */
export const SAMPLE_BYTES = 4096;
/** The header of a database, in bytes. */
const HEADER_BYTES = 100;
/** How much of it has to be text. */
const TEXT_BYTES = 512;
/** What dumps begin with, after white space and comments. */
const DUMP_START =
  /^(?:PRAGMA\s+\w+\s*[=(;]|BEGIN(?:\s+(?:DEFERRED|IMMEDIATE|EXCLUSIVE))?(?:\s+TRANSACTION)?\s*;|CREATE\s+(?:(?:VIRTUAL\s+)?TABLE|(?:UNIQUE\s+)?INDEX|VIEW|TRIGGER)\s|INSERT\s+INTO\s)/i;
const SIGNATURES: ReadonlyArray<[FileContent, Buffer]> = [
  ['sqlite', SQLITE_MAGIC],
  ['gzip', Buffer.from([0x1f, 0x8b, 8])],
  ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd])],
  ['age', Buffer.from(AGE_START, 'latin1')],
  ['age', Buffer.from(ARMOR_START, 'latin1')],
  // pzstd begins with a frame that is skipped.
  ...Array.from({ length: 16 }, (_, n): [FileContent, Buffer] => ['zstd', Buffer.from([0x50 + n, 0x2a, 0x4d, 0x18])]),
  ['xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0])],
  // The digit says the size of its blocks.
  ...Array.from({ length: 9 }, (_, n): [FileContent, Buffer] => ['bzip2', Buffer.from(`BZh${n + 1}1AY&SY`, 'latin1')]),
  ['lz4', Buffer.from([0x04, 0x22, 0x4d, 0x18])],
  ['7z', Buffer.from([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c])],
  ['zip', Buffer.from('PK\u0003\u0004', 'latin1')],
  ['zip', Buffer.from('PK\u0005\u0006', 'latin1')],
  ['files', Buffer.from(CONTENT_LIST_START, 'latin1')],
];

/**
 * Says what a file is by its first bytes; its name does not count, but that nothing in a file that should be compressed
 * is no empty database.
 * @throws SnapkeepError when it cannot be read or is no file
 */
export async function identifyContent(path: string): Promise<FileContent> {
  await requireFile(path);
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(SAMPLE_BYTES), 0, SAMPLE_BYTES, 0);
    const content = contentOfSample(buffer.subarray(0, bytesRead), (await handle.stat()).size);
    return content === 'empty' && /\.(gz|zst|age)$/i.test(path) ? 'unknown' : content;
  } finally {
    await handle.close();
  }
}

/** Says what a file of this many bytes is by its first ones: a kilobyte or more tells an encrypted database. */
export function contentOfSample(start: Buffer, sizeBytes: number): FileContent {
  const content = contentOf(start);
  if (content === 'unknown') return looksEncrypted(start, sizeBytes) ? 'encrypted' : content;
  // SQLCipher may leave the header as it is; no table begins after it then.
  const hides =
    content === 'sqlite' &&
    pageSizeOfDatabase(start) === null &&
    looksEncrypted(start.subarray(HEADER_BYTES), sizeBytes);
  return hides ? 'encrypted' : content;
}

/** Says what bytes from the start of a file stand for. */
export function contentOf(start: Buffer): FileContent {
  if (start.length === 0) return 'empty';
  const known = SIGNATURES.find(([, magic]) => start.subarray(0, magic.length).equals(magic));
  if (known !== undefined) return known[0];
  if (!looksLikeText(start.subarray(0, TEXT_BYTES))) return 'unknown';
  return looksLikeDump(start) ? 'sql' : 'text';
}

/** Whether these are the first bytes of a SQL dump: comments aside, it begins as those of SQLite's tools do. */
function looksLikeDump(start: Buffer): boolean {
  const text = start.subarray(0, SAMPLE_BYTES).toString('latin1');
  return DUMP_START.test(text.slice(startOfSql(text)));
}

/** Whole pages, and no pattern in their bytes: that is all that can be seen of an encrypted database. */
function looksEncrypted(start: Buffer, size: number): boolean {
  if (size % 512 !== 0 || start.length < 900) return false;
  const counts = new Map<number, number>();
  for (const byte of start) counts.set(byte, (counts.get(byte) ?? 0) + 1);
  // Random bytes come each about as often as the others; a kilobyte of them has some 251 of the 256.
  return counts.size > 230 && Math.max(...counts.values()) < (start.length / 256) * 5;
}

function looksLikeText(bytes: Buffer): boolean {
  return bytes.every((byte) => byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d);
}

const IN_WORDS: Record<FileContent, string> = {
  sqlite: 'a SQLite database',
  empty: 'an empty file, which SQLite takes for an empty database',
  gzip: 'a gzip file',
  zstd: 'a zstd file',
  age: 'a file sealed with age',
  xz: 'an xz file',
  bzip2: 'a bzip2 file',
  lz4: 'an LZ4 file',
  '7z': 'a 7z archive',
  zip: 'a ZIP archive',
  sql: 'a SQL dump',
  files: 'the list of contents of a snapshot of files',
  text: 'a text file',
  encrypted: 'an encrypted database, or something that only looks like one',
  unknown: 'neither a SQLite database nor a compressed one; it may be encrypted or damaged',
};

/** What a file is, as the end of the sentence “This is …”. */
export function contentInWords(content: FileContent): string {
  return IN_WORDS[content];
}

/** What a restore can do something with. */
const RESTORABLE: ReadonlySet<FileContent> = new Set(['sqlite', 'empty', 'gzip', 'zstd', 'age', 'sql', 'encrypted']);

/** What other programs pack in ways that Snapkeep does not read, and what unpacks it. */
const UNPACKED_BY: Partial<Record<FileContent, string>> = {
  xz: 'xz -dk',
  bzip2: 'bzip2 -dk',
  lz4: 'lz4 -d',
  '7z': '7z x',
  zip: 'unzip',
};

/** Whether a file may be sound and is packed in a way that Snapkeep does not read. */
export function isPackedElsewhere(content: FileContent): boolean {
  return UNPACKED_BY[content] !== undefined;
}

/** A file that may be sound and is packed in a way that Snapkeep does not read. */
export function notRead(name: string, content: FileContent): SnapkeepError {
  return new SnapkeepError('UNSUPPORTED', `${name} is ${contentInWords(content)}, which Snapkeep cannot unpack.`, {
    hint: `Unpack it first, for example with ${UNPACKED_BY[content]}, then choose the database in it.`,
  });
}

/** Whether a restore can do anything with such a file. */
export function isRestorable(content: FileContent): boolean {
  return RESTORABLE.has(content);
}
