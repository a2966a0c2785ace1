import type { Compression } from '../../../../src-shared/model/values.ts';
import { explainError } from '../engine-errors.ts';
import { identifyContent } from '../identify/identify-file.ts';
import type { StoredDigest } from '../packing/compress.ts';
import { unpackPieces } from '../packing/decompress.ts';
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
  try {
    const found = await identifyContent(storedPath);
    return await unpackPieces(
      storedPath,
      compression === 'none' && found !== 'age' ? 'unknown' : found,
      write,
      (bytes) => {
        context.throwIfCancelled();
        onProgress(bytes);
      },
      { secrets: context.encryptionSecrets, onDecrypted: (secret) => context.decrypted(secret) },
    );
  } catch (error) {
    throw explainError(error, storedPath);
  }
}
