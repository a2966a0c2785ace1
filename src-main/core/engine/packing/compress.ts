import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { Compression } from '../../../../src-shared/model/values.ts';
import { readPieces } from '../files/durable-files.ts';
import { type Encryptor, encryptPieces } from './encryption.ts';
import { giveBack } from './give-back.ts';
import { packMember } from './gzip-members.ts';
import { mapInOrder } from './in-order.ts';
import { packFrame } from './zstd-frames.ts';

/** How much of the image goes into one gzip member or zstd frame. */
export const PIECE_BYTES = 1024 * 1024;

// Chosen by measuring (npm run bench): beyond these levels time grows much faster than files shrink.
const GZIP_LEVEL = 4;
const ZSTD_LEVEL = 3;

/** So many bytes a packer makes of one at most: deflate by its format, Zstandard by the largest block and its header. */
const MOST_GAIN: Record<Compression, number> = { none: 1, gz: 1032, zst: 32_768 };

/** The fewest bytes that a number of bytes may be packed to. How many it will be is not known before. */
export function leastPacked(bytes: number, compression: Compression): number {
  return Math.ceil(bytes / MOST_GAIN[compression]);
}

/** A piece of which a sample does not even get this much smaller is stored as it is: it is encrypted, or packed already. */
const WORTH_PACKING = 0.98;
const SAMPLE_BYTES = 16 * 1024;

/** How many pieces are packed at a time: one on each core, and on very many cores no more than memory allows. */
const IN_FLIGHT = Math.min(16, Math.max(2, availableParallelism()));

/** Sizes and SHA-256 of what was read and of what was written. */
export interface StoredDigest {
  image: FileDigest;
  stored: FileDigest;
}

/** The bytes of a file, and what identifies them. */
export interface FileDigest {
  bytes: number;
  sha256: string;
}

/** Buffers for pieces that are read, packed and needed no more: a new one for each would wait for the garbage collector. */
class ReusedBuffers {
  readonly #free: Uint8Array[] = [];

  take(): Buffer {
    const free = this.#free.pop();
    return free === undefined
      ? Buffer.allocUnsafeSlow(PIECE_BYTES)
      : Buffer.from(free.buffer, free.byteOffset, free.byteLength);
  }

  /** The last piece of a file is only the start of its buffer. */
  give(piece: Uint8Array): void {
    if (piece.length === PIECE_BYTES) this.#free.push(piece);
  }
}

/** Stores a database image in a file: see {@link storePieces}. */
export async function storeImage(
  imagePath: string,
  how: { compression: Compression; encryptor: Encryptor | null },
  write: (piece: Uint8Array) => void,
  onProgress: (bytes: number) => void,
): Promise<StoredDigest> {
  await using image = await open(imagePath, 'r');
  const buffers = new ReusedBuffers();
  const pieces = readPieces(image, PIECE_BYTES, () => buffers.take());
  return await storePieces(pieces, how, write, onProgress, (piece) => buffers.give(piece));
}

/**
 * Stores what comes in pieces: packed several at a time, encrypted if so wished, and hashed on both sides.
 * @param pieces of at most {@link PIECE_BYTES}
 * @param write takes what is to be stored, in its order; a piece is gone when it has ended
 * @param onProgress told the bytes of the pieces stored so far; may throw to stop
 * @param onRead given the pieces that are needed no more
 */
export async function storePieces(
  pieces: AsyncIterable<Buffer> | Iterable<Buffer>,
  { compression, encryptor }: { compression: Compression; encryptor: Encryptor | null },
  write: (piece: Uint8Array) => void | Promise<void>,
  onProgress: (bytes: number) => void,
  onRead: (piece: Uint8Array) => void = () => {},
): Promise<StoredDigest> {
  const imageHash = createHash('sha256');
  const storedHash = createHash('sha256');
  let imageBytes = 0;
  let storedBytes = 0;
  const packed = packedPieces(pieces, async (piece) => {
    const packing = pack(piece, compression);
    imageHash.update(piece);
    imageBytes += piece.length;
    const result = await packing;
    if (result !== piece) onRead(piece);
    return result;
  });
  try {
    // What is packed goes into the encryption as it comes: decrypted it is on no disk.
    for await (const piece of encryptor === null ? packed : encryptPieces(packed, encryptor)) {
      storedHash.update(piece);
      await write(piece);
      storedBytes += piece.length;
      // What age hands out is its own; what is not packed is the caller's.
      if (encryptor === null && compression !== 'none') giveBack(piece);
      else if (encryptor === null) onRead(piece);
      onProgress(imageBytes);
    }
  } finally {
    await packed.return(undefined);
  }
  return {
    image: { bytes: imageBytes, sha256: imageHash.digest('hex') },
    stored: { bytes: storedBytes, sha256: storedHash.digest('hex') },
  };
}

async function* packedPieces(
  pieces: AsyncIterable<Buffer> | Iterable<Buffer>,
  packOne: (piece: Buffer) => Promise<Buffer>,
): AsyncGenerator<Buffer> {
  let empty = true;
  yield* mapInOrder(pieces, IN_FLIGHT, (piece) => {
    empty = false;
    return packOne(piece);
  });
  // What is empty is stored as one empty member or frame, so that the file is what its name says.
  if (empty) yield await packOne(Buffer.alloc(0));
}

async function pack(piece: Buffer, compression: Compression): Promise<Buffer> {
  if (compression === 'gz') return packMember(piece, (await getsSmaller(piece)) ? GZIP_LEVEL : 0);
  // Zstandard detects it, at no cost.
  if (compression === 'zst') return packFrame(piece, ZSTD_LEVEL);
  return piece;
}

/** Whether a sample from all over a piece gets smaller. */
async function getsSmaller(piece: Buffer): Promise<boolean> {
  const quarter = SAMPLE_BYTES / 4;
  if (piece.length <= SAMPLE_BYTES) return true;
  const starts = [0, 1, 2, 3].map((n) => Math.floor((n * (piece.length - quarter)) / 3));
  const sample = Buffer.concat(starts.map((start) => piece.subarray(start, start + quarter)));
  const { length } = await packMember(sample, 1);
  return length < SAMPLE_BYTES * WORTH_PACKING;
}
