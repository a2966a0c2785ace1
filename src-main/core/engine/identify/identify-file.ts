import { open } from 'node:fs/promises';
import type { FileContent } from '../../../../src-shared/model/restore/restore.ts';
import { CONTENT_LIST_START } from './content-list.ts';
import { pageSizeOfDatabase, SQLITE_MAGIC } from './database-header.ts';
import { kindOfText } from './kind-of-text.ts';
import { requireFile } from './require-file.ts';

/** How much is read. */
export const SAMPLE_BYTES = 4096;
/** The header of a database, in bytes. */
const HEADER_BYTES = 100;
const AGE_START = 'age-encryption.org/v1\n';
/** The first line of a file that age encrypted in letters. */
export const ARMOR_START = '-----BEGIN AGE ENCRYPTED FILE-----';
/** The header of a file in a tar archive, and the checksum in it: where it begins and how long it is, in bytes. */
const TAR_HEADER_BYTES = 512;
const SUM_AT = 148;
const SUM_BYTES = 8;
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
  ['lz4', Buffer.from([0x02, 0x21, 0x4c, 0x18])],
  ['ltx', Buffer.from('LTX1', 'latin1')],
  ['rar', Buffer.from('Rar!\u001a\u0007', 'latin1')],
  ['7z', Buffer.from([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c])],
  ['zip', Buffer.from('PK\u0003\u0004', 'latin1')],
  ['zip', Buffer.from('PK\u0005\u0006', 'latin1')],
  ['postgresql', Buffer.from('PGDMP', 'latin1')],
  ['files', Buffer.from(CONTENT_LIST_START, 'latin1')],
];

/**
 * Says what a file is by its first bytes; its name does not count, but that nothing in a file that should be compressed
 * is no empty database.
 * @throws SnapkeepError when it cannot be read or is no file
 */
export async function identifyContent(path: string): Promise<FileContent> {
  await requireFile(path);
  await using handle = await open(path, 'r');
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(SAMPLE_BYTES), 0, SAMPLE_BYTES, 0);
  const content = contentOfSample(buffer.subarray(0, bytesRead), (await handle.stat()).size);
  return content === 'empty' && /\.(gz|zst|age)$/i.test(path) ? 'unknown' : content;
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
  if (startsTar(start)) return 'tar';
  if (startsLzma(start)) return 'lzma';
  return kindOfText(start.subarray(0, SAMPLE_BYTES), start.length >= SAMPLE_BYTES);
}

/** Whether bytes begin as a tar archive does: by the checksum of its first header, which every version of the format has. */
function startsTar(start: Buffer): boolean {
  if (start.length < TAR_HEADER_BYTES || start[0] === 0) return false;
  const given = Number.parseInt(
    start
      .toString('latin1', SUM_AT, SUM_AT + SUM_BYTES)
      .replace(/\0/g, ' ')
      .trim(),
    8,
  );
  let sum = 0;
  for (let at = 0; at < TAR_HEADER_BYTES; at++)
    sum += at >= SUM_AT && at < SUM_AT + SUM_BYTES ? 0x20 : (start[at] ?? 0);
  return sum === given;
}

/** The settings that every encoder uses, a dictionary of some size, and a length that is unknown or below a terabyte. */
function startsLzma(start: Buffer): boolean {
  if (start.length < 13 || start[0] !== 0x5d || start.readUInt16LE(1) !== 0) return false;
  const length = start.subarray(5, 13);
  return length.every((byte) => byte === 0xff) || length.subarray(5).every((byte) => byte === 0);
}

/** Whole pages, and no pattern in their bytes: that is all that can be seen of an encrypted database. */
function looksEncrypted(start: Buffer, size: number): boolean {
  if (size % 512 !== 0 || start.length < 900) return false;
  const counts = new Map<number, number>();
  for (const byte of start) counts.set(byte, (counts.get(byte) ?? 0) + 1);
  // Random bytes come each about as often as the others; a kilobyte of them has some 251 of the 256.
  return counts.size > 230 && Math.max(...counts.values()) < (start.length / 256) * 5;
}
