import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SnapshotEncryption } from '../../../../src-shared/model/encryption.ts';
import { encryptorOf } from '../packing/encryption.ts';
import { copyImage } from '../sqlite/copy-image.ts';
import { type DatabaseFacts, describeDatabase } from '../sqlite/describe-database.ts';
import { openDatabase } from '../sqlite/open-database.ts';
import type { TaskContext } from '../task-context.ts';
import { type Capture, type CaptureRequest, captureImage } from './capture-image.ts';

/** A capture of a live database. */
export type CaptureHistoryRequest = Omit<CaptureRequest, 'image' | 'pageSize' | 'takenAt' | 'encryptor'> & {
  sourcePath: string;
  /** How the file is encrypted. */
  encryption: SnapshotEncryption;
};

/** What it found, and of which instant, in milliseconds since 1970. */
export type CapturedHistory = (
  | Extract<Capture, { changed: false }>
  | (Extract<Capture, { changed: true }> & Pick<DatabaseFacts, 'schemaHash' | 'tables'>)
) & { takenAt: number; journalMode: string };

/**
 * Copies a database under one read transaction and captures the copy: see {@link captureImage}.
 * @throws SnapkeepError as {@link copyImage}, {@link captureImage} and {@link encryptorOf}
 */
export async function captureHistory(
  { sourcePath, encryption, ...request }: CaptureHistoryRequest,
  context: TaskContext,
): Promise<CapturedHistory> {
  const encryptor = encryptorOf(encryption, context.encryptionSecrets);
  const image = join(context.stagingFolder, 'captured.db');
  const { takenAt, journalMode, pageSize, unlocking } = await copyImage(sourcePath, image, context);
  try {
    const captured = await captureImage(
      { ...request, encryptor, image, pageSize, takenAt: takenAt.getTime() },
      context,
    );
    const about = { takenAt: takenAt.getTime(), journalMode };
    if (!captured.changed) return { ...captured, ...about };
    using database = openDatabase(image, { mustExist: true, unlocking });
    const { schemaHash, tables } = describeDatabase(database, () => context.throwIfCancelled());
    return { ...captured, ...about, schemaHash, tables };
  } finally {
    await rm(image, { force: true });
  }
}
