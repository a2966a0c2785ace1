import { open, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { Verification } from '../../../src-shared/model/verification.ts';
import { explainError } from '../engine/engine-errors.ts';
import { fileState } from '../engine/files/file-state.ts';
import { readManifest } from '../engine/files/manifest-files.ts';
import { contentInWords } from '../engine/identify/content-words.ts';
import { identifyContent } from '../engine/identify/identify-file.ts';
import type { FileDigest } from '../engine/packing/compress.ts';
import { DecryptionError } from '../engine/packing/decrypt.ts';
import type { TaskContext } from '../engine/task-context.ts';
import type { Taken } from './unpack-image.ts';
import { NO_DATABASE, storedOnly, VerificationReport } from './verification-report.ts';
import { checkImage, type ImageFacts, locateDamage } from './verify-image.ts';
import { unpackStored } from './verify-stored.ts';

/** A stored file, unpacked to a temporary location and looked at. */
export interface StagedImage extends ImageFacts {
  /** The unpacked database, or the one that was made of a dump; there only when `verification.valid`. Of a snapshot of files, its list of contents. */
  imagePath: string;
  manifest: Manifest | undefined;
  imageSha256: string | undefined;
  imageBytes: number;
  /** The state of the unpacked file when its check began: see {@link fileState}; `null`: it was not checked. */
  checkedAs: string | null;
  /** What the database was made of; `null`: nothing, or what the manifest says. */
  taken: Taken | null;
  verification: Verification;
}

/** A stored file, and what is known of it from elsewhere. */
export interface StoredFile {
  path: string;
  /**
   * The manifest in the catalog, for a snapshot that it knows, as it is at this destination. It is believed before the
   * one beside the file, which others could have written; another id or hash there is another snapshot's file.
   */
  expected?: Manifest | undefined;
  /** The file that was chosen from an archive; without it, the only database in it. */
  entry?: string | undefined;
  /** Of a database that the run itself has rebuilt from a history, in a folder of its own: the file is taken as it is. */
  rebuilt?: FileDigest | undefined;
}

/**
 * Restores a snapshot or a bare file to a temporary location, checks everything, and leaves nothing behind.
 * @param mayStayEncrypted a snapshot that is encrypted for others than those known here is no error, but found to be stored
 */
export async function verifyFile(
  file: StoredFile,
  context: TaskContext,
  mayStayEncrypted = false,
): Promise<Verification> {
  const started = context.now();
  try {
    const staged = await stageAndVerify(file, context);
    await rm(staged.imagePath, { force: true });
    return staged.verification;
  } catch (error) {
    const sha256 = mayStayEncrypted ? wholeAs(error) : null;
    if (sha256 === null) throw error;
    const verification = storedOnly(sha256, started, context.now());
    context.log('warning', verification.message);
    return verification;
  }
}

/** Returns the hash of a whole file that is encrypted for others than those known here, if that is the error; `null`: it is not. */
export function wholeAs(error: unknown): string | null {
  return error instanceof DecryptionError && error.asks === 'identity' ? (error.wholeAs ?? null) : null;
}

/**
 * Unpacks a stored file into the staging folder and makes every check there is: whether the copy is what was stored
 * (hashes, sizes, every field of the manifest), and what SQLite finds in it. What needs a manifest is skipped and said
 * to be where there is none.
 * @param stays the unpacked file is to get its place as it is, and is synced while it is checked
 * @throws SnapkeepError when the file cannot be read at all, `TOO_NEW`, `NO_SPACE`, or `BAD_KEY` for a whole one with
 * another key; a file that is read and found bad is no error but a result
 */
export async function stageAndVerify(
  { path, expected, entry, rebuilt }: StoredFile,
  context: TaskContext,
  stays = false,
): Promise<StagedImage> {
  const started = context.now();
  const report = new VerificationReport();
  const imagePath = join(context.stagingFolder, 'verified.db');
  await rm(imagePath, { force: true });
  let checkedAs: string | null = null;
  let found: ImageFacts = { facts: undefined, schema: [], unlocking: null };
  try {
    const content = await identifyContent(path);
    const manifest = await manifestOf(path, expected, report, context);
    const digest = await unpackStored({ path, content, entry, rebuilt, stays }, imagePath, manifest, report, context);
    // Of a dump that this cannot read nothing is known but what it is.
    if (manifest === undefined && digest.refusal?.code === 'UNSUPPORTED') throw digest.refusal;
    if (!report.failed && digest.refusal !== undefined) report.add('integrity', 'failed', digest.refusal.message);
    if (!report.failed && manifest?.database === null) await checkList(imagePath, report);
    else if (!report.failed) {
      checkedAs = await fileState(imagePath);
      const check = () => checkImage(imagePath, basename(path), manifest, report, context);
      found = await (stays ? whileSynced(imagePath, check) : check());
    } else if (manifest?.databaseEncryption && digest.image.bytes > 0 && digest.refusal === undefined)
      await locateDamage(imagePath, report, context);
    const verification = report.conclude(started, context.now(), manifest, found.facts);
    context.log(verification.valid ? 'info' : 'error', verification.message);
    const { sha256: imageSha256, bytes: imageBytes } = digest.image;
    return { imagePath, manifest, ...found, imageSha256, imageBytes, checkedAs, taken: digest.taken, verification };
  } catch (error) {
    await rm(imagePath, { force: true });
    throw explainError(error, path);
  }
}

/** Syncs a file in another thread than the one that SQLite works in. */
async function whileSynced<T>(path: string, work: () => Promise<T>): Promise<T> {
  await using file = await open(path, 'r+');
  const [result] = await Promise.all([work(), file.sync()]);
  return result;
}

/** Returns the manifest to compare with: the expected one, or the one beside the file. */
export async function manifestOf(
  path: string,
  expected: Manifest | undefined,
  report: VerificationReport,
  context: TaskContext,
): Promise<Manifest | undefined> {
  let beside: Manifest | undefined;
  try {
    beside = await readManifest(path);
  } catch (error) {
    if (!(error instanceof SnapkeepError) || error.code !== 'CORRUPT') throw error;
    context.log('warning', error.message);
    report.add('stored-hash', 'failed', error.message);
  }
  if (expected === undefined) return beside;
  if (beside !== undefined) compareIdentity(basename(path), beside, expected, report);
  return expected;
}

/** What a manifest says of the content; how attached files are stored differs from destination to destination. */
const described = ({ stored, image, method, compression, databaseEncryption, encryption, database }: Manifest) => ({
  ...{ stored, image, method, compression, databaseEncryption, encryption, database },
});

/** Adds whether the manifest beside a file is that of the snapshot that was expected there. */
function compareIdentity(name: string, beside: Manifest, expected: Manifest, report: VerificationReport): void {
  const same =
    beside.id === expected.id &&
    beside.stored.sha256 === expected.stored.sha256 &&
    beside.image.sha256 === expected.image.sha256;
  if (same && !isDeepStrictEqual(described(beside), described(expected)))
    report.add('identity', 'failed', `The manifest of ${name} was changed: it does not match the catalog.`);
  else if (same) report.add('identity', 'passed', `Snapshot ${expected.id}`);
  else report.add('identity', 'failed', `${name} belongs to another snapshot: its manifest has another id or hash.`);
}

/** Snapshots of files are their attached files, which are looked at later; what is unpacked here is the list of them. */
async function checkList(imagePath: string, report: VerificationReport): Promise<void> {
  const content = await identifyContent(imagePath);
  if (content === 'files') report.add('manifest', 'passed', 'a list of contents; matches the manifest');
  else
    report.add(
      'manifest',
      'failed',
      `It does not match its manifest: it is ${contentInWords(content)}, not a list of contents.`,
    );
  for (const name of ['integrity', 'foreign-keys', 'schema', 'row-counts'] as const)
    report.add(name, 'skipped', NO_DATABASE);
}
