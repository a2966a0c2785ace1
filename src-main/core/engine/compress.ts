import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import type { Compression } from '../../../src-shared/model/values.ts';
import { readPieces, writeFully } from './durable-files.ts';
import { packMember } from './gzip-members.ts';
import { mapInOrder } from './in-order.ts';
import { type Sealing, sealPieces } from './seal.ts';
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
 * Stores a database image: packed in pieces, several at a time, sealed if so wished, hashed on both sides, and synced.
 * @param onProgress told the bytes of the image stored so far; may throw to stop
 */
export async function storeImage(
  imagePath: string,
  stored: FileHandle,
  { compression, sealing }: { compression: Compression; sealing: Sealing | null },
  onProgress: (bytes: number) => void,
): Promise<StoredDigest> {
  const imageHash = createHash('sha256');
  const storedHash = createHash('sha256');
  let imageBytes = 0;
  let storedBytes = 0;
  const image = await open(imagePath, 'r');
  const packed = packedPieces(image, compression, (piece) => {
    imageHash.update(piece);
    imageBytes += piece.length;
  });
  try {
    // What is packed goes into the seal as it comes: unsealed it is on no disk.
    for await (const piece of sealing === null ? packed : sealPieces(packed, sealing)) {
      storedHash.update(piece);
      writeFully(stored, piece);
      storedBytes += piece.length;
      onProgress(imageBytes);
    }
    await stored.sync();
  } finally {
    await packed.return(undefined);
    await image.close();
  }
  return {
    image: { bytes: imageBytes, sha256: imageHash.digest('hex') },
    stored: { bytes: storedBytes, sha256: storedHash.digest('hex') },
  };
}

async function* packedPieces(
  image: FileHandle,
  compression: Compression,
  onRead: (piece: Buffer) => void,
): AsyncGenerator<Buffer> {
  let empty = true;
  yield* mapInOrder(readPieces(image, PIECE_BYTES), IN_FLIGHT, (piece) => {
    empty = false;
    const packing = pack(piece, compression);
    onRead(piece);
    return packing;
  });
  // An empty database is stored as one empty member or frame, so that the file is what its name says.
  if (empty) yield await pack(Buffer.alloc(0), compression);
}

async function pack(piece: Buffer, compression: Compression): Promise<Buffer> {
  if (compression === 'gz') return packMember(piece, GZIP_LEVEL);
  if (compression === 'zst') return packFrame(piece, ZSTD_LEVEL);
  return piece;
}
