import { writeSync } from 'node:fs';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { SnapshotEncryption } from '../../../src-shared/model/encryption.ts';
import type { Compression } from '../../../src-shared/model/values.ts';
import { errorCode, explainError } from '../engine/engine-errors.ts';
import { encryptorOf } from '../engine/packing/encryption.ts';
import type { TaskContext } from '../engine/task-context.ts';
import { type ContentRequest, readContent } from './snapshot-content.ts';

/** What is written where. */
export interface ExportRequest extends ContentRequest {
  compression: Compression;
  encryption: SnapshotEncryption;
  /** A descriptor of this process that is open for writing. */
  descriptor: number;
}

/** The pause before a full pipe is tried again, in milliseconds. */
const PIPE_WAIT_MS = 5;

/** Writes a snapshot to a descriptor instead of a file; there is no manifest. @throws SnapkeepError */
export async function exportSnapshot(
  { descriptor, compression, encryption, ...request }: ExportRequest,
  context: TaskContext,
): Promise<{ bytes: number; sha256: string }> {
  const encryptor = encryptorOf(encryption, context.encryptionSecrets);
  await using content = await readContent(request, encryptor !== null, context);
  try {
    const { stored } = await content.store({ compression, encryptor }, (piece) =>
      writeToPipe(descriptor, piece, context),
    );
    return stored;
  } catch (error) {
    throw explainError(error, request.sourcePath);
  }
}

function writeToPipe(descriptor: number, piece: Uint8Array, context: TaskContext): void {
  for (let written = 0; written < piece.length; ) {
    try {
      written += writeSync(descriptor, piece, written);
    } catch (error) {
      if (errorCode(error) === 'EPIPE') {
        throw new SnapkeepError('UNAVAILABLE', 'The program that reads the snapshot ended before it was complete.', {
          hint: 'Check the output of that program, and try again.',
          cause: error,
        });
      }
      if (errorCode(error) !== 'EAGAIN') throw error;
      context.throwIfCancelled();
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PIPE_WAIT_MS);
    }
  }
}
