import type { Compression } from '../../../../src-shared/model/values.ts';
import { explainError } from '../engine-errors.ts';
import { identifyContent } from '../identify/identify-file.ts';
import type { StoredDigest } from '../packing/compress.ts';
import { unpackInto } from '../packing/decompress.ts';
import type { PieceReader } from '../packing/piece-reader.ts';
import type { TaskContext } from '../task-context.ts';

/**
 * Unpacks a stored archive or image, whatever it is packed and encrypted with, and hashes both sides.
 * @param compression how it was packed, as far as known: an image that is not packed may itself begin as a packed file does
 * @param write given what is unpacked, in order
 * @param onProgress told the stored bytes read so far
 * @throws SnapkeepError `NOT_FOUND`, `CORRUPT`, `BAD_KEY` when nothing that is known opens the encryption, `CANCELLED`
 */
export async function unpackKnown(
  storedPath: string,
  compression: Compression | null,
  write: (piece: Buffer) => void | Promise<void>,
  context: TaskContext,
  onProgress: (bytes: number) => void,
): Promise<StoredDigest> {
  const take = async (pieces: PieceReader): Promise<void> => {
    for await (const piece of pieces.rest()) await write(piece);
  };
  const onRead = (bytes: number): void => {
    context.throwIfCancelled();
    onProgress(bytes);
  };
  const decryption = { secrets: context.encryptionSecrets, onDecrypted: context.decrypted };
  try {
    const found = await identifyContent(storedPath);
    const content = compression === 'none' && found !== 'age' ? 'unknown' : found;
    const { image, stored, refusal } = await unpackInto(storedPath, content, take, onRead, decryption);
    if (refusal !== undefined) throw refusal;
    return { image, stored };
  } catch (error) {
    throw explainError(error, storedPath);
  }
}
