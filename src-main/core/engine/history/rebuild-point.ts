import { open } from 'node:fs/promises';
import { explainedAs } from '../engine-errors.ts';
import { readPieces } from '../files/durable-files.ts';
import { decrypt } from '../packing/decrypt.ts';
import { PieceReader } from '../packing/piece-reader.ts';
import type { TaskContext } from '../task-context.ts';
import { type RebuiltImage, rebuildImage } from './rebuild-image.ts';

/** A point in time whose image is to be made. */
export interface RebuildPointRequest {
  /** A base and the files that follow it, oldest first; with `.age` at the end, one is encrypted. */
  files: ReadonlyArray<{ path: string; name: string }>;
  target: string;
  rootHash: string | null;
}

/** Rebuilds a point in time from files on a disk: see {@link rebuildImage}. @throws also DecryptionError */
export const rebuildPoint = ({ files, ...rebuild }: RebuildPointRequest, context: TaskContext): Promise<RebuiltImage> =>
  rebuildImage(
    { ...rebuild, files: files.map(({ path, name }) => ({ name, pieces: readStored(path, context) })) },
    context,
  );

/** As many files may be read at a time. */
const PIECE_BYTES = 65_536;

/** Reads a stored LTX file front to back. @throws what reading it fails with, and DecryptionError */
export async function* readStored(path: string, context: TaskContext): AsyncGenerator<Uint8Array> {
  await using file = await open(path).catch(explainedAs(path));
  const stored = readPieces(file, PIECE_BYTES);
  if (!path.endsWith('.age')) return yield* stored;
  const { pieces, secret } = await decrypt(new PieceReader(stored), context.encryptionSecrets);
  context.decrypted(secret);
  yield* pieces;
}
