import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { SnapshotEncryption } from '../../../src-shared/model/encryption.ts';
import type { Compression } from '../../../src-shared/model/values.ts';
import { errorCode, explainError } from '../engine/engine-errors.ts';
import { encodeImage } from '../engine/history/encode-image.ts';
import { encryptorOf } from '../engine/packing/encryption.ts';
import { copyImage } from '../engine/sqlite/copy-image.ts';
import type { TaskContext } from '../engine/task-context.ts';
import { type ContentRequest, readContent } from './snapshot-content.ts';

/** What is written where. */
export interface ExportRequest extends ContentRequest {
  compression: Compression;
  encryption: SnapshotEncryption;
  /** As one LTX file instead of a snapshot; neither packed nor encrypted. */
  ltx: boolean;
  /** A descriptor of this process that is open for writing. */
  descriptor: number;
}

/** The pause before a full pipe is tried again, in milliseconds. */
const PIPE_WAIT_MS = 5;

/** Writes a snapshot, or one LTX file, to a descriptor instead of a file; there is no manifest. @throws SnapkeepError */
export async function exportSnapshot(
  { descriptor, compression, encryption, ltx, ...request }: ExportRequest,
  context: TaskContext,
): Promise<{ bytes: number; sha256: string }> {
  if (ltx) return exportLtx(request, (piece) => writeToPipe(descriptor, piece, context), context);
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

/** Writes the pages of a database as one LTX file. */
async function exportLtx(
  { sourcePath, method }: ContentRequest,
  write: (piece: Uint8Array) => void,
  context: TaskContext,
): Promise<{ bytes: number; sha256: string }> {
  const sha256 = createHash('sha256');
  let bytes = 0;
  try {
    const path = join(context.stagingFolder, 'image.db');
    const { pageSize, takenAt } = await copyImage(sourcePath, path, context, { compact: method === 'compact' });
    const hashed = (piece: Uint8Array): void => {
      sha256.update(piece);
      bytes += piece.length;
      write(piece);
    };
    await encodeImage({ image: path, pageSize, takenAt: takenAt.getTime() }, hashed, context);
    await rm(path);
    return { bytes, sha256: sha256.digest('hex') };
  } catch (error) {
    throw explainError(error, sourcePath);
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
