import { crc32 } from 'node:zlib';
import { bytesInWords } from '../../../../src-shared/words/wording.ts';
import { damagedData, type PieceReader, streamOf } from './piece-reader.ts';
import { type OnTrailing, passOver } from './trailing.ts';
import { UnreadableError } from './unreadable-error.ts';

/*
 * An xz file is a sequence of streams (The .xz File Format, version 1.2.1). Where a stream ends follows from the headers
 * of its blocks and of the LZMA2 chunks in them, so each stream goes to the library separately, and what follows the
 * last one is known. The library checks CRC-32 and CRC-64.
 */

const MAGIC = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]);
/** Both the header and the footer of a stream. */
const STREAM_HEADER_BYTES = 12;
const CHECK_AT = 7;
const NO_CHECK = 0;
const CRC32 = 1;
const CRC64 = 4;
/** The bytes of a check by its number. */
const CHECK_BYTES = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];
const CRC_BYTES = 4;
const ALIGNMENT = 4;
const HAS_PACKED_SIZE = 0x40;
const HAS_UNPACKED_SIZE = 0x80;
const FILTERS = 3;
const LZMA2 = 0x21;
/** What the library can keep of what came before, in bytes: as much as xz -9 needs. */
const LARGEST_DICTIONARY = 2 ** 26;
/** No number in the format is longer, in bytes. */
const LONGEST_NUMBER = 9;
/** Longer than any header of a chunk. */
const CHUNK_HEADER_BYTES = 6;
const HINT = 'Unpack it with xz -dk, then choose the result.';

/** The library unpacks one stream at a time and lets others wait, which for a stream in a stream would be for ever. */
let unpacking = false;

/**
 * What the streams of an xz file unpack to, in pieces.
 * @param onTrailing told what follows the last stream
 * @throws SnapkeepError `CORRUPT`; UnreadableError for what the library cannot unpack
 */
export async function* unpackXz(reader: PieceReader, onTrailing: OnTrailing): AsyncGenerator<Buffer> {
  for (let first = true; (await reader.peek(1)).length > 0; first = false) {
    if (!(await reader.peek(MAGIC.length)).equals(MAGIC)) {
      if (first) throw damagedData();
      return passOver(reader, onTrailing);
    }
    yield* unpackStream(reader);
    while (isPadding(await reader.peek(ALIGNMENT))) await reader.take(ALIGNMENT);
  }
}

const isPadding = (bytes: Buffer): boolean => bytes.length === ALIGNMENT && bytes.every((byte) => byte === 0);

async function* unpackStream(reader: PieceReader): AsyncGenerator<Buffer> {
  if (unpacking) throw new UnreadableError('It was compressed with xz twice.', HINT);
  unpacking = true;
  try {
    const { default: xz } = await import('xz-decompress');
    for await (const piece of new xz.XzReadableStream(streamOf(streamParts(reader)))) yield Buffer.from(piece);
  } catch (error) {
    throw isLibraryError(error) ? damagedData(error) : error;
  } finally {
    unpacking = false;
  }
}

/** The library has no error class. */
const isLibraryError = (error: unknown): boolean =>
  error instanceof Error && /^get_next_output failed with error code \d+$/.test(error.message);

/** The bytes of the next stream, as they are. */
async function* streamParts(reader: PieceReader): AsyncGenerator<Buffer> {
  const header = await reader.take(STREAM_HEADER_BYTES);
  requireSum(header.subarray(MAGIC.length));
  const check = (header[CHECK_AT] ?? 0) & 0x0f;
  if (check !== NO_CHECK && check !== CRC32 && check !== CRC64)
    throw new UnreadableError('It carries checksums of a kind other than CRC-32 and CRC-64.', HINT);
  yield header;
  while ((await sizeByte(reader)) !== 0) yield* blockParts(reader, CHECK_BYTES[check] ?? 0);
  yield* indexParts(reader);
  yield await reader.take(STREAM_HEADER_BYTES);
}

/** The first byte of a block, which tells the length of its header; 0: the index begins. */
const sizeByte = async (reader: PieceReader): Promise<number> => byteAt(await reader.peek(1), 0);

async function* blockParts(reader: PieceReader, checkBytes: number): AsyncGenerator<Buffer> {
  const header = await reader.take(((await sizeByte(reader)) + 1) * ALIGNMENT);
  requireSum(header);
  requireReadable(header);
  yield header;
  const start = reader.position;
  for (let length = 0; length !== 1; ) {
    length = chunkLength(await reader.peek(CHUNK_HEADER_BYTES));
    yield await reader.take(length);
  }
  yield await reader.take(missing(reader.position - start) + checkBytes);
}

/** The length of an LZMA2 chunk with its header; of the one that ends a block, 1. */
function chunkLength(start: Buffer): number {
  const control = byteAt(start, 0);
  if (control === 0) return 1;
  if (control <= 2) return 3 + sizeAt(start, 1);
  if (control < 0x80) throw damagedData();
  return (control < 0xc0 ? 5 : 6) + sizeAt(start, 3);
}

const sizeAt = (bytes: Buffer, at: number): number => byteAt(bytes, at) * 256 + byteAt(bytes, at + 1) + 1;

/** How many blocks there were, and two sizes of each. */
async function* indexParts(reader: PieceReader): AsyncGenerator<Buffer> {
  const start = reader.position;
  yield await reader.take(1);
  const count = readNumber(await reader.peek(LONGEST_NUMBER), 0);
  yield await reader.take(count.end);
  for (let left = count.value * 2; left > 0; left--)
    yield await reader.take(readNumber(await reader.peek(LONGEST_NUMBER), 0).end);
  yield await reader.take(missing(reader.position - start) + CRC_BYTES);
}

/** How many bytes are missing to a multiple of four. */
const missing = (bytes: number): number => (ALIGNMENT - (bytes % ALIGNMENT)) % ALIGNMENT;

/** @throws UnreadableError where a block needs more than the library has */
function requireReadable(header: Buffer): void {
  const flags = byteAt(header, 1);
  let at = 2;
  for (const size of [HAS_PACKED_SIZE, HAS_UNPACKED_SIZE]) if ((flags & size) !== 0) at = readNumber(header, at).end;
  const filter = readNumber(header, at);
  if ((flags & FILTERS) !== 0 || filter.value !== LZMA2)
    throw new UnreadableError('It was compressed with a filter in addition to LZMA2.', HINT);
  const dictionary = dictionaryBytes(byteAt(header, filter.end + 1));
  if (dictionary > LARGEST_DICTIONARY)
    throw new UnreadableError(
      `Unpacking it needs a dictionary of ${bytesInWords(dictionary)}; Snapkeep supports ${bytesInWords(LARGEST_DICTIONARY)}.`,
      HINT,
    );
}

const dictionaryBytes = (setting: number): number => (2 + (setting & 1)) * 2 ** ((setting >> 1) + 11);

/** A number with seven bits in each byte, the lowest ones first. */
function readNumber(bytes: Buffer, start: number): { value: number; end: number } {
  let value = 0;
  for (let at = start; at < start + LONGEST_NUMBER; at++) {
    const byte = byteAt(bytes, at);
    value += (byte & 0x7f) * 2 ** (7 * (at - start));
    if (byte < 0x80) return { value, end: at + 1 };
  }
  throw damagedData();
}

/** @throws SnapkeepError `CORRUPT` when the last four bytes are not the sum of those before */
function requireSum(header: Buffer): void {
  const end = header.length - CRC_BYTES;
  if (header.readUInt32LE(end) !== crc32(header.subarray(0, end))) throw damagedData();
}

function byteAt(bytes: Buffer, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw damagedData();
  return byte;
}
