import { open } from 'node:fs/promises';
import { readPieces } from '../../src-main/core/engine/files/durable-files.ts';
import { PIECE_BYTES } from '../../src-main/core/engine/packing/compress.ts';
import { unpackedOrDamaged } from '../../src-main/core/engine/packing/packed-pieces.ts';
import { PieceReader } from '../../src-main/core/engine/packing/piece-reader.ts';
import type { FileContent } from '../../src-shared/model/restore/restore.ts';

/** Yields what a file unpacks to. @param onProgress gets the number of stored bytes read so far; may throw to stop */
export async function* readUnpacked(
  path: string,
  content: FileContent,
  onProgress: (bytes: number) => void = () => {},
): AsyncGenerator<Buffer> {
  const file = await open(path, 'r');
  try {
    const pieces = new PieceReader(readPieces(file, PIECE_BYTES), (_piece, position) => onProgress(position));
    yield* unpackedOrDamaged(pieces, content);
  } finally {
    await file.close();
  }
}
