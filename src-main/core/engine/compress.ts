import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { Compression } from '../../../src-shared/model/values.ts';
import { readPieces, writeFully } from './durable-files.ts';
import { packMember } from './gzip-members.ts';
import { mapInOrder } from './in-order.ts';
import { packFrame } from './zstd-frames.ts';

/** How much of the image goes into one gzip member or zstd frame. */
export const PIECE_BYTES = 1024 * 1024;

// Chosen by measuring (npm run bench): beyond these levels time grows much faster than files shrink.
const GZIP_LEVEL = 4;
const ZSTD_LEVEL = 3;

/** How many pieces are packed at a time: enough to keep every core busy, and no more, so that others get their turn. */
const IN_FLIGHT = Math.min(4, Math.max(2, availableParallelism()));

/** Sizes and SHA-256 of what was read and of what was written. */
export interface StoredDigest {
  image: { bytes: number; sha256: string };
  stored: { bytes: number; sha256: string };
}

/**
 * Stores a database image: packed in pieces, several at a time, hashed on both sides, and synced.
 * @param onProgress told the bytes of the image stored so far; may throw to stop
 */
export async function storeImage(
  imagePath: string,
  stored: FileHandle,
  compression: Compression,
  onProgress: (bytes: number) => void,
): Promise<StoredDigest> {
  const image = await open(imagePath, 'r');
  try {
    const pieces = readPieces(image, PIECE_BYTES);
    const digest = await packPieces(pieces, compression, (packed) => writeFully(stored, packed), onProgress);
    await stored.sync();
    return digest;
  } finally {
    await image.close();
  }
}

/**
 * Packs pieces of at most {@link PIECE_BYTES}, several at a time, and hashes both sides.
 * @param write given what is packed, in order
 * @param onProgress told the bytes that are packed so far; may throw to stop
 */
export async function packPieces(
  pieces: AsyncIterable<Buffer> | Iterable<Buffer>,
  compression: Compression,
  write: (packed: Buffer) => void | Promise<void>,
  onProgress: (bytes: number) => void,
): Promise<StoredDigest> {
  const imageHash = createHash('sha256');
  const storedHash = createHash('sha256');
  let imageBytes = 0;
  let storedBytes = 0;
  const packed = mapInOrder(pieces, IN_FLIGHT, async (piece) => {
    const result = pack(piece, compression);
    imageHash.update(piece);
    return { packed: await result, pieceBytes: piece.length };
  });
  for await (const piece of packed) {
    storedHash.update(piece.packed);
    await write(piece.packed);
    imageBytes += piece.pieceBytes;
    storedBytes += piece.packed.length;
    onProgress(imageBytes);
  }
  if (imageBytes === 0) {
    // What is empty is stored as one empty member or frame, so that the file is what its name says.
    const empty = await pack(Buffer.alloc(0), compression);
    storedHash.update(empty);
    await write(empty);
    storedBytes = empty.length;
  }
  return {
    image: { bytes: imageBytes, sha256: imageHash.digest('hex') },
    stored: { bytes: storedBytes, sha256: storedHash.digest('hex') },
  };
}

async function pack(piece: Buffer, compression: Compression): Promise<Buffer> {
  if (compression === 'gz') return packMember(piece, GZIP_LEVEL);
  if (compression === 'zst') return packFrame(piece, ZSTD_LEVEL);
  return piece;
}
