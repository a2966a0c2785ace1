import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { DatabaseEncryption } from '../../../src-shared/model/database-encryption.ts';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import { explainError } from '../engine/engine-errors.ts';
import { requireRoom } from '../engine/files/disk-full.ts';
import { fileSize } from '../engine/files/durable-files.ts';
import { identifyContent } from '../engine/identify/identify-file.ts';
import { copyImage } from '../engine/sqlite/copy-image.ts';
import { databaseEncryptionOf, type Unlocking } from '../engine/sqlite/database-key.ts';
import { openDatabase, openForReading } from '../engine/sqlite/open-database.ts';
import type { TaskContext } from '../engine/task-context.ts';
import { VerificationReport } from '../verify/verification-report.ts';
import { manifestOf, type StoredFile } from '../verify/verify-file.ts';
import { unpackStored } from '../verify/verify-stored.ts';

/** What is to be opened: a stored file, or a database that programs may be writing to. */
export type OpenCopyRequest = { stored: StoredFile } | { live: string };

/** An unpacked image in the staging folder. */
export interface UnpackedCopy {
  imagePath: string;
  bytes: number;
  /** The instant whose content it has, in ISO 8601; `null`: not known. */
  takenAt: string | null;
  /** Rows of its tables, as the manifest has them; `null`: there is none. */
  rows: Array<[string, number]> | null;
  /** What opens it beside the key; `null`: it is not encrypted. */
  encryption: (DatabaseEncryption & { salt: string | null }) | null;
}

/**
 * Unpacks a stored database, or copies a live one, to an image that can be read and that nobody else writes to.
 * The bytes of a snapshot are compared with its manifest; its content is not checked.
 * @throws SnapkeepError `CORRUPT` where the bytes are not those that were stored, and as {@link openForReading}
 */
export async function openCopy(request: OpenCopyRequest, context: TaskContext): Promise<UnpackedCopy> {
  const imagePath = join(context.stagingFolder, 'browsed.db');
  await rm(imagePath, { force: true });
  const name = 'live' in request ? request.live : request.stored.path;
  try {
    const made =
      'live' in request
        ? await copyLive(request.live, imagePath, context)
        : await unpack(request.stored, imagePath, context);
    const unlocking = await makeOneFile(imagePath, context);
    const encryption = databaseEncryptionOf(unlocking);
    return {
      imagePath,
      bytes: await fileSize(imagePath),
      ...made,
      encryption: encryption && { ...encryption, salt: unlocking?.salt ?? null },
    };
  } catch (error) {
    await rm(imagePath, { force: true });
    const explained = explainError(error, name);
    // People know the database by its name, not by where its copy is.
    if (!explained.message.includes(imagePath)) throw explained;
    const { code, message, hint } = explained;
    throw new SnapkeepError(code, message.replaceAll(imagePath, basename(name)), {
      ...(hint && { hint }),
      cause: error,
    });
  }
}

async function copyLive(
  path: string,
  imagePath: string,
  context: TaskContext,
): Promise<Pick<UnpackedCopy, 'takenAt' | 'rows'>> {
  const { takenAt } = await copyImage(path, imagePath, context);
  return { takenAt: takenAt.toISOString(), rows: null };
}

async function unpack(
  { path, expected, entry, rebuilt }: StoredFile,
  imagePath: string,
  context: TaskContext,
): Promise<Pick<UnpackedCopy, 'takenAt' | 'rows'>> {
  const report = new VerificationReport();
  const content = await identifyContent(path);
  const manifest = await manifestOf(path, expected, report, context);
  // There is nothing to compare its bytes with.
  if (manifest === undefined && content === 'sqlite' && rebuilt === undefined)
    return { ...(await copyLive(path, imagePath, context)), takenAt: null };
  if (manifest?.database === null) throw holdsFiles(basename(path));
  if (manifest !== undefined)
    await requireRoom({ use: 'staging', folder: context.stagingFolder, bytes: manifest.image.bytes });
  const { refusal } = await unpackStored({ path, content, entry, rebuilt }, imagePath, manifest, report, context);
  if (refusal !== undefined) throw refusal;
  const failed = report.checks.find(({ outcome }) => outcome === 'failed');
  if (failed !== undefined)
    throw new SnapkeepError('CORRUPT', `${basename(path)} cannot be opened. ${failed.detail}`, {
      hint: 'Choose another snapshot, or another copy of this one.',
    });
  return { takenAt: manifest?.createdAt ?? null, rows: manifest === undefined ? null : rowsOf(manifest) };
}

function rowsOf({ database }: Manifest): Array<[string, number]> {
  return (database?.tables ?? []).flatMap(({ name, rows }) => (rows === null ? [] : [[name, rows]]));
}

/**
 * Finds out what opens an image, and takes it out of WAL mode: from then on it is one file, which can be read without
 * writing beside it.
 */
async function makeOneFile(imagePath: string, context: TaskContext): Promise<Unlocking | null> {
  const { unlocking } = await readable(imagePath, context);
  using image = openDatabase(imagePath, { mustExist: true, unlocking });
  image.pragma('journal_mode = DELETE');
  return unlocking;
}

async function readable(imagePath: string, context: TaskContext): Promise<{ unlocking: Unlocking | null }> {
  using reading = await openForReading(imagePath, context);
  return { unlocking: reading.unlocking };
}

/** A snapshot of files has no tables. */
export function holdsFiles(name: string): SnapkeepError {
  return new SnapkeepError('UNSUPPORTED', `${name} is a snapshot of files; it contains no database.`, {
    hint: 'Open a snapshot of a database. Files are listed with the snapshot that contains them.',
  });
}
