import { availableParallelism } from 'node:os';
import { type Duplex, pipeline } from 'node:stream';
import { constants, createZstdDecompress } from 'node:zlib';
import type { FileContent } from '../../../../src-shared/model/restore/restore.ts';
import { bytesInWords } from '../../../../src-shared/words/wording.ts';
import { errorCode } from '../engine-errors.ts';
import { PIECE_BYTES } from './compress.ts';
import { MEMBER_HEADER_BYTES, memberLength, SHORTEST_MEMBER, unpackMember } from './gzip-members.ts';
import { otherMembers } from './gzip-stream.ts';
import { mapInOrder } from './in-order.ts';
import { damagedData, type PieceReader } from './piece-reader.ts';
import { type OnTrailing, passOver } from './trailing.ts';
import { UnreadableError } from './unreadable-error.ts';
import { unpackXz } from './xz-streams.ts';
import {
  BLOCK_HEADER_BYTES,
  type FrameHeader,
  isFrame,
  MAX_FRAME_HEADER,
  readBlockHeader,
  readFrameHeader,
  skippableBytes,
  unpackFrame,
} from './zstd-frames.ts';

/** More than one piece of Snapkeep's own can be, in bytes; larger ones are unpacked as a stream. */
const LARGEST_PIECE = 16 * PIECE_BYTES;
/** The largest window of zstd on 64-bit machines, as a power of two. */
const LARGEST_WINDOW_LOG = 31;
/** A window of this size is never too large, in bytes: it is the default of zstd itself. */
const USUAL_WINDOW = 2 ** 27;
/** How many pieces are unpacked at a time: one on each core, and one that is ready. */
const IN_FLIGHT = Math.min(16, Math.max(4, availableParallelism() + 1));

/** What is unpacked here. */
const PACKED: ReadonlySet<FileContent> = new Set(['gzip', 'zstd', 'xz']);

/** Whether something else is in a file of this kind, which {@link unpackedPieces} unpacks. */
export const isPacked = (content: FileContent): boolean => PACKED.has(content);

/**
 * What a gzip, zstd or xz file unpacks to, or any other file as it is, in pieces. Those that carry their length, as
 * Snapkeep's own do, are unpacked several at a time.
 * @param onTrailing told what follows the packed data, which is left out
 * @throws what zlib throws on damaged data, see {@link isDamage}; SnapkeepError `CORRUPT`; UnreadableError
 */
export async function* unpackedPieces(
  reader: PieceReader,
  content: FileContent,
  onTrailing: OnTrailing = () => {},
): AsyncGenerator<Buffer> {
  if (content === 'gzip') yield* unpackGzip(reader, onTrailing);
  else if (content === 'zstd') yield* unpackZstd(reader, onTrailing);
  else if (content === 'xz') yield* unpackXz(reader, onTrailing);
  else yield* reader.rest();
}

async function* unpackGzip(reader: PieceReader, onTrailing: OnTrailing): AsyncGenerator<Buffer> {
  yield* mapInOrder(ownMembers(reader), IN_FLIGHT, (member) => unpackMember(member, LARGEST_PIECE));
  if ((await reader.peek(1)).length === 0) return;
  yield* otherMembers(reader, onTrailing);
}

/** The members of Snapkeep's own, up to the first of another program's. */
async function* ownMembers(reader: PieceReader): AsyncGenerator<Buffer> {
  for (;;) {
    const length = memberLength(await reader.peek(MEMBER_HEADER_BYTES));
    if (length === undefined) return;
    if (length < SHORTEST_MEMBER || length > LARGEST_PIECE) throw damagedData();
    yield await reader.take(length);
  }
}

/** Node's zstd stops silently after one frame, so each frame gets a separate unpacker. */
async function* unpackZstd(reader: PieceReader, onTrailing: OnTrailing): AsyncGenerator<Buffer> {
  for (let first = true; await atFrame(reader); first = false) {
    if (!(await atData(reader))) {
      if (first) throw damagedData();
      return passOver(reader, onTrailing);
    }
    yield* mapInOrder(smallFrames(reader), IN_FLIGHT, (frame) => unpackFrame(frame, LARGEST_PIECE));
    if (!(await atFrame(reader)) || !(await atData(reader))) continue;
    const params = { [constants.ZSTD_d_windowLogMax]: LARGEST_WINDOW_LOG };
    yield* unpackThrough(frameParts(reader), createZstdDecompress({ params }));
  }
}

const atData = async (reader: PieceReader): Promise<boolean> => isFrame(await reader.peek(MAX_FRAME_HEADER));

/** The frames that say they unpack to no more than a piece, up to the first that is larger or does not say. */
async function* smallFrames(reader: PieceReader): AsyncGenerator<Buffer> {
  while ((await atFrame(reader)) && (await atData(reader))) {
    const header = await frameHeader(reader);
    if (header.contentBytes === undefined || header.contentBytes > LARGEST_PIECE) return;
    if (header.windowBytes > USUAL_WINDOW) return;
    yield await reader.take(await frameLength(reader, header));
  }
}

/** The length of a frame that is no larger than a piece: its header, its blocks, its checksum. */
async function frameLength(reader: PieceReader, header: FrameHeader): Promise<number> {
  let length = header.headerBytes;
  for (let last = false; !last; ) {
    const start = await reader.peek(length + BLOCK_HEADER_BYTES);
    if (start.length < length + BLOCK_HEADER_BYTES) throw damagedData();
    const block = readBlockHeader(start.subarray(length));
    last = block.last;
    length += BLOCK_HEADER_BYTES + block.bytes;
    if (length > LARGEST_PIECE) throw damagedData();
  }
  return length + header.checksumBytes;
}

/** Goes on to the next frame with data in it; `false` at the end of the file. */
async function atFrame(reader: PieceReader): Promise<boolean> {
  for (;;) {
    const start = await reader.peek(MAX_FRAME_HEADER);
    const skippable = skippableBytes(start);
    if (skippable === undefined) return start.length > 0;
    for (let left = skippable; left > 0; left -= PIECE_BYTES) await reader.take(Math.min(left, PIECE_BYTES));
  }
}

/** The bytes of the next frame, which may be of any length. */
async function* frameParts(reader: PieceReader): AsyncGenerator<Buffer> {
  const header = await frameHeader(reader);
  yield await reader.take(header.headerBytes);
  for (let last = false; !last; ) {
    const blockHeader = await reader.take(BLOCK_HEADER_BYTES);
    const block = readBlockHeader(blockHeader);
    last = block.last;
    yield blockHeader;
    yield await reader.take(block.bytes);
  }
  if (header.checksumBytes > 0) yield await reader.take(header.checksumBytes);
}

async function frameHeader(reader: PieceReader): Promise<FrameHeader> {
  const header = readFrameHeader(await reader.peek(MAX_FRAME_HEADER));
  if (header === undefined) throw damagedData();
  requireReadable(header, process.availableMemory());
  return header;
}

/**
 * Refuses a frame that zstd can only read with something that is not here.
 * @param memory that is free, in bytes
 * @throws UnreadableError
 */
export function requireReadable({ windowBytes, dictionary }: FrameHeader, memory: number): void {
  if (dictionary !== 0)
    throw new UnreadableError(
      `It was compressed with the zstd dictionary ${dictionary}, which is not in the file.`,
      'Unpack it with zstd -d -D and the dictionary, then choose the result.',
    );
  if (windowBytes <= USUAL_WINDOW || (windowBytes <= 2 ** LARGEST_WINDOW_LOG && windowBytes <= memory / 2)) return;
  throw new UnreadableError(
    `Unpacking it needs ${bytesInWords(windowBytes)} of memory; ${bytesInWords(memory)} are free.`,
    'Unpack it with zstd -d --long=31 on a machine with more memory, then choose the result.',
  );
}

async function* unpackThrough(packed: AsyncGenerator<Buffer>, unpacker: Duplex): AsyncGenerator<Buffer> {
  // An error of either side destroys both, and so reaches the one who reads.
  for await (const piece of pipeline(packed, unpacker, () => {})) yield piece as Buffer;
}

/** As {@link unpackedPieces}, with damage as a SnapkeepError. @throws SnapkeepError `CORRUPT`; UnreadableError */
export async function* unpackedOrDamaged(
  reader: PieceReader,
  content: FileContent,
  onTrailing: OnTrailing = () => {},
): AsyncGenerator<Buffer> {
  try {
    yield* unpackedPieces(reader, content, onTrailing);
  } catch (error) {
    throw isDamage(error) ? damagedData(error) : error;
  }
}

/** Whether an error is what zlib or zstd throws on damaged data. */
export function isDamage(error: unknown): boolean {
  const code = errorCode(error) ?? '';
  return (
    code.startsWith('Z_') ||
    code.startsWith('ZSTD_') ||
    code === 'ERR_BUFFER_TOO_LARGE' ||
    code === 'ERR_TRAILING_JUNK_AFTER_STREAM_END' ||
    code === 'ERR_PADDING_2'
  );
}
