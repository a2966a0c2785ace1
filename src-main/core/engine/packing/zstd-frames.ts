import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';

/*
 * A snapshot is a sequence of zstd frames. Where a frame ends follows from its block headers (RFC 8878, 3.1.1), so a
 * file can be cut into frames without unpacking it.
 */

const MAGIC = 0xfd2fb528;
const SKIPPABLE_MAGIC = 0x184d2a50;
const LAST_BLOCK = 1;
const RLE_BLOCK = 1;

const compress = promisify<
  Buffer,
  { params: Record<number, number>; chunkSize: number; pledgedSrcSize: number },
  Buffer
>(zstdCompress);
const decompress = promisify<Buffer, { maxOutputLength: number; chunkSize: number }, Buffer>(zstdDecompress);

// One chunk of output as large as the result is by far the fastest.
const outputChunk = (bytes: number): number => Math.max(1024, bytes + 1024);

/**
 * Packs a piece into one frame that carries its length and a checksum.
 * @param level 1 (fast) to 19 (small)
 */
export function packFrame(piece: Buffer, level: number): Promise<Buffer> {
  return compress(piece, {
    chunkSize: outputChunk(piece.length),
    // Without it the frame would not say what it unpacks to.
    pledgedSrcSize: piece.length,
    params: {
      [constants.ZSTD_c_compressionLevel]: level,
      [constants.ZSTD_c_checksumFlag]: 1,
      [constants.ZSTD_c_contentSizeFlag]: 1,
    },
  });
}

/** Unpacks one whole frame; zstd checks its checksum. */
export function unpackFrame(frame: Buffer, limit: number): Promise<Buffer> {
  const bytes = readFrameHeader(frame)?.contentBytes ?? limit;
  return decompress(frame, { maxOutputLength: limit, chunkSize: outputChunk(Math.min(limit, bytes)) });
}

/** What the start of a frame says. */
export interface FrameHeader {
  /** Bytes before the first block. */
  headerBytes: number;
  /** What the frame unpacks to; `undefined` where the frame does not say. */
  contentBytes: number | undefined;
  checksumBytes: number;
  /** How much of what came before is needed to unpack what follows, in bytes. */
  windowBytes: number;
  /** The number of the dictionary it was compressed with; 0: none. */
  dictionary: number;
}

/** Before each block (RFC 8878, 3.1.1.2). */
export const BLOCK_HEADER_BYTES = 3;

/** The longest header a frame can have. */
export const MAX_FRAME_HEADER = 18;

/** Reads the header of a frame (RFC 8878, 3.1.1.1), or answers `undefined` when the bytes start none. */
export function readFrameHeader(bytes: Buffer): FrameHeader | undefined {
  if (bytes.length < 6 || bytes.readUInt32LE(0) !== MAGIC) return undefined;
  const descriptor = bytes.readUInt8(4);
  const singleSegment = (descriptor & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeBytes = [singleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const sizeAt = 5 + (singleSegment ? 0 : 1) + dictionaryBytes;
  if (bytes.length < sizeAt + sizeBytes) return undefined;
  const contentBytes = readContentSize(bytes, sizeAt, sizeBytes);
  return {
    headerBytes: sizeAt + sizeBytes,
    contentBytes,
    checksumBytes: (descriptor & 4) === 0 ? 0 : 4,
    windowBytes: singleSegment ? (contentBytes ?? 0) : windowOf(bytes.readUInt8(5)),
    dictionary: dictionaryBytes === 0 ? 0 : bytes.readUIntLE(sizeAt - dictionaryBytes, dictionaryBytes),
  };
}

/** Five bits of exponent and three of mantissa (RFC 8878, 3.1.1.1.2). */
function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

/** Whether bytes begin as a frame with data in it does. */
export function isFrame(bytes: Buffer): boolean {
  return bytes.length >= 4 && bytes.readUInt32LE(0) === MAGIC;
}

/** The length of a skippable frame (RFC 8878, 3.1.2), or `undefined` when the bytes start none. */
export function skippableBytes(bytes: Buffer): number | undefined {
  if (bytes.length < 8 || (bytes.readUInt32LE(0) & ~0xf) !== SKIPPABLE_MAGIC) return undefined;
  return 8 + bytes.readUInt32LE(4);
}

function readContentSize(bytes: Buffer, at: number, length: number): number | undefined {
  if (length === 0) return undefined;
  if (length === 8) return Number(bytes.readBigUInt64LE(at));
  // A two-byte size is stored less 256.
  return bytes.readUIntLE(at, length) + (length === 2 ? 256 : 0);
}

/** The size of the block whose three-byte header is given, without that header, and whether it is the last one. */
export function readBlockHeader(header: Buffer): { bytes: number; last: boolean } {
  const value = header.readUIntLE(0, 3);
  const type = (value >> 1) & 3;
  if (type === 3) throw new SnapkeepError('CORRUPT', 'The compressed data is damaged.');
  return { bytes: type === RLE_BLOCK ? 1 : value >> 3, last: (value & LAST_BLOCK) === 1 };
}
