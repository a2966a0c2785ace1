import { createHash } from 'node:crypto';
import { rename, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { FileContent } from '../../../src-shared/model/restore/restore.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { isDiskFull } from '../engine/engine-errors.ts';
import { diskFull } from '../engine/files/disk-full.ts';
import { exists, sidecarPaths } from '../engine/files/durable-files.ts';
import { contentInWords, isRestorable, notRead } from '../engine/identify/content-words.ts';
import { repositoryError } from '../engine/identify/repository-around.ts';
import { readZipFiles } from '../engine/packing/archive.ts';
import type { FileDigest } from '../engine/packing/compress.ts';
import { type Decryption, hashFile, type Unpacked, unpackInto } from '../engine/packing/decompress.ts';
import { DecryptionError } from '../engine/packing/decrypt.ts';
import type { EncryptionSecret } from '../engine/packing/encryption.ts';
import { giveBack } from '../engine/packing/give-back.ts';
import type { PieceReader } from '../engine/packing/piece-reader.ts';
import { limitOfDisk, limitOfSize } from '../engine/packing/unpack-limit.ts';
import { UnreadableError } from '../engine/packing/unreadable-error.ts';
import { copyImage } from '../engine/sqlite/copy-image.ts';
import type { TaskContext } from '../engine/task-context.ts';
import { packingDifferences } from './compare-manifest.ts';
import { imageTaker, type Taken, type TakenFile, takeArchived } from './unpack-image.ts';
import { compareHash, NO_MANIFEST, type VerificationReport } from './verification-report.ts';

/** A file that is read, and what is wanted of it. */
interface ReadFile {
  path: string;
  content: FileContent;
  entry?: string | undefined;
  /** See {@link StoredFile.rebuilt}. */
  rebuilt?: FileDigest | undefined;
  /** What it unpacks to is to get its place as it is. */
  stays?: boolean;
}

/** A stored file that was unpacked, and what the database was made of; `null`: of what its manifest says. */
interface UnpackedStored extends Unpacked {
  taken: Taken | null;
}

/** Unpacks a stored file and adds the checks of its bytes, stored and unpacked. What is bad is no error but a failed check. */
export function unpackStored(
  file: ReadFile,
  imagePath: string,
  manifest: Manifest | undefined,
  report: VerificationReport,
  context: TaskContext,
): Promise<UnpackedStored> {
  const unpack = (total: number) => unpackWith(file, total, imagePath, manifest, report, context);
  return compareStored(file, manifest, report, context, unpack);
}

/** Reads a stored snapshot back as {@link unpackStored} does, and unpacks it in memory alone. */
export async function readStoredBack(
  file: ReadFile,
  manifest: Manifest,
  report: VerificationReport,
  context: TaskContext,
): Promise<void> {
  await compareStored(file, manifest, report, context, async (total) => {
    const limit = limitOfSize(manifest.image.bytes);
    const onProgress = progressOf(total, context);
    const unpacked = await unpackInto(file.path, file.content, passOver, onProgress, decryptionOf(context), limit);
    return { ...unpacked, taken: null };
  });
}

async function passOver(pieces: PieceReader): Promise<void> {
  for await (const piece of pieces.rest()) giveBack(piece);
}

/** @param unpack given the bytes of the stored file */
async function compareStored(
  file: ReadFile,
  manifest: Manifest | undefined,
  report: VerificationReport,
  context: TaskContext,
  unpack: (total: number) => Promise<UnpackedStored>,
): Promise<UnpackedStored> {
  const { path, content } = file;
  const total = (await stat(path)).size;
  const nothing: UnpackedStored = {
    image: { bytes: 0, sha256: '' },
    stored: { bytes: total, sha256: '' },
    packed: content,
    refusal: undefined,
    trailing: undefined,
    taken: null,
  };
  if (!isRestorable(content) && manifest === undefined) {
    const repository = await repositoryError(path, 'file');
    if (repository !== null) throw repository;
    report.add('decompress', 'failed', whyNoBackup(basename(path), content));
    return nothing;
  }
  context.progress('verifying', 0, total);
  let digest: UnpackedStored;
  try {
    digest = await unpack(total);
  } catch (error) {
    if (error instanceof DecryptionError || error instanceof UnreadableError)
      return requireDamage(path, error, manifest, report, nothing, context);
    if (!isBadContent(error)) throw isDiskFull(error) ? diskFull('staging', context.stagingFolder, error) : error;
    report.add(
      'stored-hash',
      manifest ? 'failed' : 'skipped',
      manifest ? 'The stored file is not the one that was written.' : NO_MANIFEST,
    );
    report.add('decompress', 'failed', error.message);
    return nothing;
  }
  compareHash('stored-hash', 'stored file', digest.stored, manifest?.stored, report);
  addUnpacked(digest, report);
  const what = imageInWords(manifest);
  compareHash('image-hash', what, digest.image, manifest?.image, report);
  if (manifest !== undefined) {
    const differences = packingDifferences({ stored: content, packed: digest.packed }, manifest);
    if (differences.length > 0)
      report.add('manifest', 'failed', `It does not match its manifest: ${differences.join('; ')}.`);
  }
  return digest;
}

function addUnpacked({ image, trailing }: Unpacked, report: VerificationReport): void {
  if (trailing === undefined) {
    report.add('decompress', 'passed', `${image.bytes} bytes`);
    return;
  }
  const { bytes, zeros } = trailing;
  report.add(
    'decompress',
    'warning',
    `${countInWords(bytes, 'byte')}${zeros ? ' of zeros' : ''} after the end of the compressed data ${bytes === 1 ? 'is' : 'are'} ignored.`,
  );
}

/** @throws SnapkeepError `UNSUPPORTED` for what Snapkeep does not read: it may be sound */
function whyNoBackup(name: string, content: FileContent): string {
  const elsewhere = notRead(`${name} is`, content);
  if (elsewhere !== null) throw elsewhere;
  const lacks = content === 'files' ? ' Its manifest, which locates them, was not found beside it.' : '';
  return `${name} is ${contentInWords(content)}.${lacks}`;
}

function imageInWords(manifest: Manifest | undefined): string {
  if (manifest?.database === null) return 'list of contents';
  if (manifest?.wrapping !== undefined) return 'unpacked file';
  return manifest?.method === 'sql-dump' ? 'dump' : 'database image';
}

/**
 * What cannot be opened or unpacked here says nothing of the snapshot: the stored file's hash tells damage from a wrong
 * passphrase or from a file that needs more than there is.
 * @throws DecryptionError, UnreadableError when the file is whole, or nothing is known of it
 */
async function requireDamage(
  path: string,
  reason: DecryptionError | UnreadableError,
  manifest: Manifest | undefined,
  report: VerificationReport,
  nothing: UnpackedStored,
  context: TaskContext,
): Promise<UnpackedStored> {
  const name = basename(path);
  const encrypted = reason instanceof DecryptionError;
  if (manifest === undefined)
    throw encrypted
      ? new DecryptionError(`${name} cannot be opened. ${reason.message}`, reason.asks)
      : new UnreadableError(`${name} cannot be unpacked. ${reason.message}`, reason.hint ?? '');
  const stored = await hashFile(path, (bytes) => {
    context.throwIfCancelled();
    context.progress('verifying', bytes, nothing.stored.bytes);
  });
  compareHash('stored-hash', 'stored file', stored, manifest.stored, report);
  if (!report.failed)
    throw encrypted
      ? wrongSecret(name, reason.asks, stored.sha256, context)
      : new UnreadableError(`${name} is intact, but cannot be unpacked. ${reason.message}`, reason.hint ?? '');
  report.add('decompress', 'failed', `It cannot be ${encrypted ? 'opened' : 'unpacked'}: its header is damaged.`);
  return nothing;
}

/** That the file is whole is known from its manifest alone. */
function wrongSecret(
  name: string,
  asks: EncryptionSecret['kind'],
  sha256: string,
  context: TaskContext,
): DecryptionError {
  const whole = `${name} is intact, byte for byte as stored`;
  const tried = context.encryptionSecrets.some(({ kind }) => kind === asks);
  const message = tried
    ? `Wrong ${asks}: ${whole}.`
    : asks === 'passphrase'
      ? `${name} is encrypted with an unknown passphrase.`
      : `${name} is encrypted for recipients whose identities are unknown.`;
  return new DecryptionError(message, asks, sha256);
}

const progressOf =
  (total: number, context: TaskContext) =>
  (bytes: number): void => {
    context.throwIfCancelled();
    context.progress('verifying', bytes, total);
  };

const decryptionOf = (context: TaskContext): Decryption => ({
  secrets: context.encryptionSecrets,
  onDecrypted: context.decrypted,
});

/** A bare database may be in use and have a write-ahead log beside it, so SQLite copies it; anything stored is unpacked. */
async function unpackWith(
  { path, content, entry, rebuilt, stays = false }: ReadFile,
  total: number,
  imagePath: string,
  manifest: Manifest | undefined,
  report: VerificationReport,
  context: TaskContext,
): Promise<UnpackedStored> {
  if (rebuilt !== undefined) {
    await rename(path, imagePath);
    return asItIs(rebuilt, content);
  }
  if (manifest === undefined && (content === 'sqlite' || (content === 'encrypted' && (await hasLog(path))))) {
    await copyImage(path, imagePath, context);
    return asItIs(await hashFile(imagePath, () => context.throwIfCancelled()), content);
  }
  const onProgress = progressOf(total, context);
  const limitInside = limitOfDisk(basename(path), context.stagingFolder);
  const limit = manifest === undefined ? limitInside : limitOfSize(manifest.image.bytes);
  let taken: Taken | null = null;
  const file: TakenFile = {
    name: basename(path),
    manifest,
    entry: entry ?? manifest?.wrapping?.entry ?? null,
    stays,
    limit: limitInside,
    report,
    onTaken: (found) => {
      taken = found;
    },
  };
  const zipped = content === 'zip' && (manifest === undefined || manifest.wrapping !== undefined);
  const unpacked = zipped
    ? await unpackZip(path, imagePath, file, onProgress, context)
    : await unpackInto(path, content, imageTaker(imagePath, file, context), onProgress, decryptionOf(context), limit);
  return { ...unpacked, taken };
}

const asItIs = (digest: FileDigest, packed: FileContent): UnpackedStored => ({
  ...{ image: digest, stored: digest, packed },
  ...{ refusal: undefined, trailing: undefined, taken: { dump: false, entry: null, depth: 0 } },
});

/** A ZIP archive is read by the directory at its end, so its file is hashed separately, and the image is the file in it. */
async function unpackZip(
  path: string,
  imagePath: string,
  file: TakenFile,
  onProgress: (bytes: number) => void,
  context: TaskContext,
): Promise<Unpacked> {
  const stored = await hashFile(path, onProgress);
  const hash = createHash('sha256');
  let bytes = 0;
  const onArchived = (piece: Buffer): void => {
    hash.update(piece);
    bytes += piece.length;
    context.throwIfCancelled();
  };
  try {
    await takeArchived(imagePath, { ...file, onArchived }, (take) => readZipFiles(path, take), context, 0);
  } catch (error) {
    if (!isBadContent(error)) throw error;
    return { image: { bytes: 0, sha256: '' }, stored, packed: 'zip', refusal: error, trailing: undefined };
  }
  const image = { bytes, sha256: hash.digest('hex') };
  return { image, stored, packed: 'zip', refusal: undefined, trailing: undefined };
}

async function hasLog(path: string): Promise<boolean> {
  const { wal, journal } = sidecarPaths(path);
  return (await exists(wal)) || (await exists(journal));
}

const isBadContent = (error: unknown): error is SnapkeepError =>
  error instanceof SnapkeepError && (error.code === 'CORRUPT' || error.code === 'UNSUPPORTED');
