import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { type Duplex, pipeline } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { FileContent } from '../../../src-shared/model/restore.ts';
import { PIECE_BYTES, type StoredDigest } from './compress.ts';
import { readPieces, writeFully } from './durable-files.ts';
import { errorCode } from './engine-errors.ts';
import { MEMBER_HEADER_BYTES, memberLength, SHORTEST_MEMBER, unpackMember } from './gzip-members.ts';
import { mapInOrder } from './in-order.ts';
import {
  BLOCK_HEADER_BYTES,
  type FrameHeader,
  MAX_FRAME_HEADER,
  readBlockHeader,
  readFrameHeader,
  skippableBytes,
  unpackFrame,
} from './zstd-frames.ts';

/** More than one piece of ours can be; a larger one is not ours, or damaged. */
const UNPACKED_LIMIT = 16 * PIECE_BYTES;
/** As many as libuv's pool has threads. */
const IN_FLIGHT = 4;

/**
 * Unpacks a stored snapshot, or any gzip or zstd file or bare image, into a file, hashing both sides. Files that
 * Snapkeep stored are unpacked several pieces at a time.
 * @param onProgress told the stored bytes read so far; may throw to stop
 * @throws SnapkeepError `CORRUPT` when the compressed data is damaged or cut off
 */
export async function unpackFile(
  storedPath: string,
  content: FileContent,
  imagePath: string,
  onProgress: (bytes: number) => void,
): Promise<StoredDigest> {
  const stored = await open(storedPath, 'r');
  try {
    const image = await open(imagePath, 'wx', 0o600);
    try {
      return await unpackPieces(stored, content, (piece) => writeFully(image, piece), onProgress);
    } finally {
      await image.close();
    }
  } finally {
    await stored.close();
  }
}

/**
 * Unpacks a file front to back and hashes both sides.
 * @param write given what is unpacked, in order
 * @param onProgress told the stored bytes read so far; may throw to stop
 * @throws SnapkeepError `CORRUPT` when the compressed data is damaged or cut off
 */
export async function unpackPieces(
  stored: FileHandle,
  content: FileContent,
  write: (piece: Buffer) => void | Promise<void>,
  onProgress: (bytes: number) => void,
): Promise<StoredDigest> {
  const imageHash = createHash('sha256');
  let imageBytes = 0;
  try {
    const reader = new HashingReader(stored, onProgress);
    for await (const piece of unpackedPieces(reader, content)) {
      imageHash.update(piece);
      imageBytes += piece.length;
      await write(piece);
    }
    return {
      image: { bytes: imageBytes, sha256: imageHash.digest('hex') },
      stored: { bytes: reader.position, sha256: reader.hash.digest('hex') },
    };
  } catch (error) {
    throw isDamage(error) ? damaged(error) : error;
  }
}

/** Reads and hashes a file, and says how far it is, without unpacking anything. */
export async function hashFile(
  path: string,
  onProgress: (bytes: number) => void,
): Promise<{ bytes: number; sha256: string }> {
  const handle = await open(path, 'r');
  try {
    const reader = new HashingReader(handle, onProgress);
    for await (const _piece of reader.rest());
    return { bytes: reader.position, sha256: reader.hash.digest('hex') };
  } finally {
    await handle.close();
  }
}

async function* unpackedPieces(reader: HashingReader, content: FileContent): AsyncGenerator<Buffer> {
  if (content === 'gzip') {
    const own = memberLength(await reader.peek(MEMBER_HEADER_BYTES)) !== undefined;
    yield* own
      ? mapInOrder(ownMembers(reader), IN_FLIGHT, (member) => unpackMember(member, UNPACKED_LIMIT))
      : unpackMembers(reader);
  } else if (content === 'zstd') {
    const size = readFrameHeader(await reader.peek(MAX_FRAME_HEADER))?.contentBytes;
    const own = size !== undefined && size <= UNPACKED_LIMIT;
    yield* own
      ? mapInOrder(frames(reader), IN_FLIGHT, (frame) => unpackFrame(frame, UNPACKED_LIMIT))
      : unpackFrames(reader);
  } else {
    yield* reader.rest();
  }
}

async function* ownMembers(reader: HashingReader): AsyncGenerator<Buffer> {
  for (;;) {
    const header = await reader.peek(MEMBER_HEADER_BYTES);
    if (header.length === 0) return;
    const length = memberLength(header);
    if (length === undefined || length < SHORTEST_MEMBER || length > UNPACKED_LIMIT) throw damaged();
    yield await reader.take(length);
  }
}

async function* frames(reader: HashingReader): AsyncGenerator<Buffer> {
  while (await atFrame(reader)) yield await reader.take(await frameLength(reader));
}

/** The length of the next frame: its header, its blocks, its checksum. */
async function frameLength(reader: HashingReader): Promise<number> {
  const header = requireFrameHeader(await reader.peek(MAX_FRAME_HEADER));
  let length = header.headerBytes;
  for (let last = false; !last; ) {
    const start = await reader.peek(length + BLOCK_HEADER_BYTES);
    if (start.length < length + BLOCK_HEADER_BYTES) throw damaged();
    const block = readBlockHeader(start.subarray(length));
    last = block.last;
    length += BLOCK_HEADER_BYTES + block.bytes;
    if (length > UNPACKED_LIMIT) throw damaged();
  }
  return length + header.checksumBytes;
}

/** Goes on to the next frame with data in it; `false` at the end of the file. */
async function atFrame(reader: HashingReader): Promise<boolean> {
  for (;;) {
    const start = await reader.peek(MAX_FRAME_HEADER);
    const skippable = skippableBytes(start);
    if (skippable === undefined) return start.length > 0;
    for (let left = skippable; left > 0; left -= PIECE_BYTES) await reader.take(Math.min(left, PIECE_BYTES));
  }
}

/** The bytes of the next frame, which may be of any length. */
async function* frameParts(reader: HashingReader): AsyncGenerator<Buffer> {
  const header = requireFrameHeader(await reader.peek(MAX_FRAME_HEADER));
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

async function* unpackMembers(reader: HashingReader): AsyncGenerator<Buffer> {
  yield* unpackThrough(reader.rest(), createGunzip());
  // gunzip stops at what follows the last member; the file is hashed to its end all the same.
  for await (const _rest of reader.rest());
}

/** Node's zstd stops after one frame without a word, so each frame gets an unpacker of its own. */
async function* unpackFrames(reader: HashingReader): AsyncGenerator<Buffer> {
  while (await atFrame(reader)) yield* unpackThrough(frameParts(reader), createZstdDecompress());
}

async function* unpackThrough(packed: AsyncGenerator<Buffer>, unpacker: Duplex): AsyncGenerator<Buffer> {
  // An error of either side destroys both, and so reaches the one who reads.
  for await (const piece of pipeline(packed, unpacker, () => {})) yield piece as Buffer;
}

function requireFrameHeader(bytes: Buffer): FrameHeader {
  const header = readFrameHeader(bytes);
  if (header === undefined) throw damaged();
  return header;
}

/** Reads a file front to back, in pieces as large as asked for, hashing all of it. */
class HashingReader {
  readonly hash: Hash = createHash('sha256');
  /** Bytes handed out so far. */
  position = 0;
  #buffered: Buffer = Buffer.alloc(0);
  readonly #pieces: Generator<Buffer>;
  readonly #onProgress: (bytes: number) => void;

  constructor(handle: FileHandle, onProgress: (bytes: number) => void) {
    this.#pieces = readPieces(handle, PIECE_BYTES);
    this.#onProgress = onProgress;
  }

  /** The next bytes without moving on; fewer at the end of the file. */
  async peek(bytes: number): Promise<Buffer> {
    while (this.#buffered.length < bytes) {
      const next = this.#pieces.next();
      if (next.done) break;
      this.#buffered = this.#buffered.length === 0 ? next.value : Buffer.concat([this.#buffered, next.value]);
    }
    return this.#buffered.subarray(0, bytes);
  }

  /** The next bytes, all of them. @throws SnapkeepError `CORRUPT` at the end of the file */
  async take(bytes: number): Promise<Buffer> {
    const taken = await this.peek(bytes);
    if (taken.length < bytes) throw damaged();
    this.#advance(taken);
    return taken;
  }

  /** All that is left, in pieces. */
  async *rest(): AsyncGenerator<Buffer> {
    for (;;) {
      const piece = await this.peek(1);
      if (piece.length === 0) return;
      const all = this.#buffered;
      this.#advance(all);
      yield all;
    }
  }

  #advance(taken: Buffer): void {
    this.#buffered = this.#buffered.subarray(taken.length);
    this.hash.update(taken);
    this.position += taken.length;
    this.#onProgress(this.position);
  }
}

function damaged(cause?: unknown): SnapkeepError {
  return new SnapkeepError('CORRUPT', 'The compressed data is damaged or cut off.', {
    hint: 'Use another snapshot.',
    cause,
  });
}

function isDamage(error: unknown): boolean {
  const code = errorCode(error) ?? '';
  return (
    code.startsWith('Z_') ||
    code.startsWith('ZSTD_') ||
    code === 'ERR_BUFFER_TOO_LARGE' ||
    code === 'ERR_TRAILING_JUNK_AFTER_STREAM_END' ||
    code === 'ERR_PADDING_2'
  );
}
