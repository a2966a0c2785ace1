import { rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { FileContent } from '../../../src-shared/model/restore.ts';
import type { TableRows } from '../../../src-shared/model/values.ts';
import type { Verification } from '../../../src-shared/model/verification.ts';
import { keyInWords } from '../../../src-shared/rules/encryption-words.ts';
import { countInWords } from '../../../src-shared/rules/wording.ts';
import { copyImage } from './copy-image.ts';
import type { Unlocking } from './database-key.ts';
import { hashFile, type Unpacked, unpackInto } from './decompress.ts';
import {
  type DatabaseFacts,
  describeDatabase,
  quoteName,
  readSchema,
  type SchemaEntry,
  totalRows,
} from './describe-database.ts';
import { exists, sidecarPaths } from './durable-files.ts';
import { errorCode, explainError, noSpace } from './engine-errors.ts';
import { contentInWords, identifyContent, isRestorable } from './identify-file.ts';
import { imageTaker } from './image-taker.ts';
import { readManifest } from './manifest-files.ts';
import { closeReading, type Database, openForReading, type Reading } from './open-database.ts';
import type { SealSecret } from './seal.ts';
import type { TaskContext } from './task-context.ts';
import { SealedError } from './unseal.ts';
import { compareHash, NO_DATABASE, NO_MANIFEST, storedOnly, VerificationReport } from './verification-report.ts';

/** A stored file, unpacked to a scratch place and looked at. */
export interface StagedImage {
  /** The unpacked database, or the one that was made of a dump; there only when `verification.valid`. Of a snapshot of files, its list of contents. */
  imagePath: string;
  manifest: Manifest | undefined;
  facts: DatabaseFacts | undefined;
  schema: SchemaEntry[];
  /** What opens the image; `null`: it is not encrypted. */
  unlocking: Unlocking | null;
  imageSha256: string | undefined;
  imageBytes: number;
  verification: Verification;
}

/**
 * Restores a snapshot or a bare file to a scratch place, checks everything, and leaves nothing behind.
 * @param mayStaySealed a whole snapshot that is sealed for others than those known here is no error, but found to be
 * stored and not proven
 */
export async function verifyFile(path: string, context: TaskContext, mayStaySealed = false): Promise<Verification> {
  const started = context.now();
  try {
    const staged = await stageAndVerify(path, context);
    await rm(staged.imagePath, { force: true });
    return staged.verification;
  } catch (error) {
    if (!mayStaySealed || !(error instanceof SealedError) || error.wholeAs === undefined || error.asks !== 'identity')
      throw error;
    const verification = storedOnly(error.wholeAs, started, context.now());
    context.log('warning', verification.message);
    return verification;
  }
}

/**
 * Unpacks a stored file into the staging folder and makes every check there is: the stored file's hash, the image's
 * hash, SQLite's own integrity and foreign-key checks, the schema and the number of rows. The first three and the last
 * two need a manifest; without one they are skipped and said to be.
 * @throws SnapkeepError when the file cannot be read at all, `TOO_NEW`, or `BAD_KEY` for a whole one with another key;
 * a file that is read and found bad is no error but a result
 */
export async function stageAndVerify(path: string, context: TaskContext): Promise<StagedImage> {
  const started = context.now();
  const report = new VerificationReport();
  const imagePath = join(context.stagingFolder, 'verified.db');
  await rm(imagePath, { force: true });
  const staged: Omit<StagedImage, 'verification'> = {
    imagePath,
    manifest: undefined,
    facts: undefined,
    schema: [],
    unlocking: null,
    imageSha256: undefined,
    imageBytes: 0,
  };
  try {
    const content = await identifyContent(path);
    staged.manifest = await manifestIfReadable(path, report, context);
    const digest = await unpack(path, content, imagePath, staged.manifest, report, context);
    staged.imageSha256 = digest.image.sha256;
    staged.imageBytes = digest.image.bytes;
    if (!report.failed && digest.refusal !== undefined) report.add('integrity', 'failed', digest.refusal.message);
    if (staged.manifest?.database === null) skipDatabase(report);
    else if (!report.failed)
      Object.assign(staged, await checkImage(imagePath, basename(path), staged.manifest, report, context));
    else if (staged.manifest?.encryption && digest.image.bytes > 0 && digest.refusal === undefined)
      await locateDamage(imagePath, report, context);
  } catch (error) {
    await rm(imagePath, { force: true });
    throw explainError(error, path);
  }
  const verification = report.conclude(started, context.now(), staged.manifest, staged.facts);
  context.log(verification.valid ? 'info' : 'error', verification.message);
  return { ...staged, verification };
}

async function manifestIfReadable(
  path: string,
  report: VerificationReport,
  context: TaskContext,
): Promise<Manifest | undefined> {
  try {
    return await readManifest(path);
  } catch (error) {
    if (!(error instanceof SnapkeepError) || error.code !== 'CORRUPT') throw error;
    context.log('warning', error.message);
    report.add('stored-hash', 'failed', error.message);
    return undefined;
  }
}

async function unpack(
  path: string,
  content: FileContent,
  imagePath: string,
  manifest: Manifest | undefined,
  report: VerificationReport,
  context: TaskContext,
): Promise<Unpacked> {
  const total = (await stat(path)).size;
  const nothing: Unpacked = {
    image: { bytes: 0, sha256: '' },
    stored: { bytes: total, sha256: '' },
    refusal: undefined,
  };
  if (!isRestorable(content) && manifest === undefined) {
    const lacks = content === 'files' ? ' Its manifest, which says where that is, is not beside it.' : '';
    report.add('decompress', 'failed', `${basename(path)} is ${contentInWords(content)}.${lacks}`);
    return nothing;
  }
  context.progress('verifying', 0, total);
  let digest: Unpacked;
  try {
    digest = await unpackWith(path, content, imagePath, total, manifest, context);
  } catch (error) {
    if (error instanceof SealedError) return requireDamage(path, error, manifest, report, nothing, context);
    if (!isBadContent(error))
      throw isDiskFull(error) ? noSpace(`the unpacked ${basename(path)} in ${context.stagingFolder}`, error) : error;
    report.add(
      'stored-hash',
      manifest ? 'failed' : 'skipped',
      manifest ? 'The stored file is not what was written.' : NO_MANIFEST,
    );
    report.add('decompress', 'failed', error.message);
    return nothing;
  }
  compareHash('stored-hash', 'stored file', digest.stored, manifest?.stored, report);
  report.add('decompress', 'passed', `${digest.image.bytes} bytes`);
  const what = imageInWords(manifest);
  compareHash('image-hash', what, digest.image, manifest?.image, report);
  return digest;
}

function imageInWords(manifest: Manifest | undefined): string {
  if (manifest?.database === null) return 'list of contents';
  return manifest?.method === 'sql-dump' ? 'dump' : 'database image';
}

/** What matters of a snapshot of files are its companions, which are looked at later. */
function skipDatabase(report: VerificationReport): void {
  for (const name of ['integrity', 'foreign-keys', 'schema', 'row-counts'] as const)
    report.add(name, 'skipped', NO_DATABASE);
}

/**
 * A seal that does not open says nothing of the snapshot: the stored file's hash tells damage from a wrong passphrase.
 * @throws SealedError when the file is whole, or nothing is known of it
 */
async function requireDamage(
  path: string,
  sealed: SealedError,
  manifest: Manifest | undefined,
  report: VerificationReport,
  nothing: Unpacked,
  context: TaskContext,
): Promise<Unpacked> {
  const name = basename(path);
  if (manifest === undefined) throw new SealedError(`${name} cannot be opened. ${sealed.message}`, sealed.asks);
  const stored = await hashFile(path, (bytes) => {
    context.throwIfCancelled();
    context.progress('verifying', bytes, nothing.stored.bytes);
  });
  compareHash('stored-hash', 'stored file', stored, manifest.stored, report);
  if (!report.failed) throw wrongSecret(name, sealed.asks, stored.sha256, context);
  report.add('decompress', 'failed', 'What it is sealed with does not open it, for its header is damaged.');
  return nothing;
}

/** That the file is whole is known from its manifest alone. */
function wrongSecret(name: string, asks: SealSecret['kind'], sha256: string, context: TaskContext): SealedError {
  const whole = `${name} is whole, byte for byte what was stored`;
  const tried = context.sealSecrets.some(({ kind }) => kind === asks);
  const message = tried
    ? `Wrong ${asks}: ${whole}.`
    : asks === 'passphrase'
      ? `${name} is sealed with a passphrase that is not known here.`
      : `${name} is sealed for recipients none of whose identities is known here.`;
  return new SealedError(message, asks, sha256);
}

/** A bare database may be in use and have a write-ahead log beside it, so SQLite copies it; anything stored is unpacked. */
async function unpackWith(
  path: string,
  content: FileContent,
  imagePath: string,
  total: number,
  manifest: Manifest | undefined,
  context: TaskContext,
): Promise<Unpacked> {
  if (manifest === undefined && (content === 'sqlite' || (content === 'encrypted' && (await hasLog(path))))) {
    await copyImage(path, imagePath, context);
    const digest = await hashFile(imagePath, () => context.throwIfCancelled());
    return { image: digest, stored: digest, refusal: undefined };
  }
  const onProgress = (bytes: number): void => {
    context.throwIfCancelled();
    context.progress('verifying', bytes, total);
  };
  return unpackInto(path, content, imageTaker(imagePath, basename(path), manifest, context), onProgress, {
    secrets: context.sealSecrets,
    onUnsealed: context.unsealed,
  });
}

async function checkImage(
  imagePath: string,
  name: string,
  manifest: Manifest | undefined,
  report: VerificationReport,
  context: TaskContext,
): Promise<Pick<StagedImage, 'facts' | 'schema' | 'unlocking'>> {
  context.progress('checking', 0, null);
  const nothing = { facts: undefined, schema: [], unlocking: null };
  let reading: Reading;
  try {
    reading = await openForReading(imagePath, context);
  } catch (error) {
    const explained = explainError(error, name);
    if (explained.code === 'BAD_KEY' || manifest?.encryption) throw wrongKey(name, manifest, context);
    report.add('integrity', 'failed', explained.message);
    return nothing;
  }
  const { database: image, unlocking } = reading;
  try {
    // The entries of each index are looked up in no order: with room for one index a page is read from the file once.
    image.pragma('cache_size = -32768');
    checkIntegrity(image, report, context);
    context.throwIfCancelled();
    checkForeignKeys(image, report);
    const facts = describeDatabase(image, () => context.throwIfCancelled());
    compareSchema(facts, manifest, report);
    compareRows(facts.tables, manifest, report);
    return { facts, schema: readSchema(image), unlocking };
  } catch (error) {
    if (!errorCode(error)?.startsWith('SQLITE_')) throw error;
    report.add('integrity', 'failed', explainError(error, name).message);
    return nothing;
  } finally {
    closeReading(image);
  }
}

/** A key that does not fit says nothing of the snapshot; that the file is whole is known from its manifest alone. */
function wrongKey(name: string, manifest: Manifest | undefined, context: TaskContext): SnapkeepError {
  const made = manifest?.encryption ? ` It was made with the ${keyInWords(manifest.encryption.key)}.` : '';
  if (context.keys.length === 0)
    return new SnapkeepError('BAD_KEY', `${name} is encrypted, and its key is not known here.${made}`, {
      hint: 'Give the key the database had when this was made.',
    });
  return manifest === undefined
    ? new SnapkeepError('BAD_KEY', `No key opens ${name}: it has another key, or its first page is damaged.`, {
        hint: 'Give the key the database had when this was made. There is no manifest that could tell damage from a wrong key.',
      })
    : new SnapkeepError('BAD_KEY', `Wrong key: ${name} is whole, byte for byte what was stored.${made}`, {
        hint: 'Give the key the database had when this was made.',
      });
}

/** Says which part of an encrypted database has been damaged: without its first page, no key opens it. */
async function locateDamage(imagePath: string, report: VerificationReport, context: TaskContext): Promise<void> {
  if (context.keys.length === 0) return;
  const add = (detail: string): void => report.add('integrity', 'failed', detail);
  try {
    const { database } = await openForReading(imagePath, context);
    try {
      const sound = database.pragma('integrity_check(1)', { simple: true }) === 'ok';
      if (!sound) add('It opens with its key, but pages after the first are damaged.');
    } finally {
      closeReading(database);
    }
  } catch (error) {
    const { code, message } = explainError(error, 'It');
    if (code === 'BAD_KEY' || code === 'UNSUPPORTED') add('Its first page is damaged, so that no key opens it.');
    else if (code === 'CORRUPT') add('It opens with its key, but pages after the first are damaged.');
    else add(message);
  }
}

async function hasLog(path: string): Promise<boolean> {
  const { wal, journal } = sidecarPaths(path);
  return (await exists(wal)) || (await exists(journal));
}

function checkIntegrity(image: Database, report: VerificationReport, context: TaskContext): void {
  const problems: string[] = [];
  for (const row of image.prepare('PRAGMA integrity_check(20)').pluck().iterate()) {
    context.throwIfCancelled();
    if (row !== 'ok') problems.push(String(row));
  }
  if (problems.length === 0) report.add('integrity', 'passed', 'ok');
  else report.add('integrity', 'failed', problems.join('; '));
}

function checkForeignKeys(image: Database, report: VerificationReport): void {
  const violations = new Map<string, number>();
  let count = 0;
  for (const row of image.prepare('PRAGMA foreign_key_check').iterate() as Iterable<{ table: string }>) {
    violations.set(row.table, (violations.get(row.table) ?? 0) + 1);
    count += 1;
    if (count >= 1000) break;
  }
  if (count === 0) {
    report.add('foreign-keys', 'passed', 'no violation');
    return;
  }
  const tables = [...violations].map(([table, rows]) => `${quoteName(table)}: ${rows}`).join(', ');
  // Rows without their parent were there when the snapshot was taken: the copy is faithful, and the owner should know.
  report.add('foreign-keys', 'warning', `The data itself has rows whose parent is missing (${tables}).`);
}

function compareSchema(facts: DatabaseFacts, manifest: Manifest | undefined, report: VerificationReport): void {
  if (!manifest?.database) report.add('schema', 'skipped', NO_MANIFEST);
  else if (facts.schemaHash === manifest.database.schemaHash) report.add('schema', 'passed', 'as in the manifest');
  else report.add('schema', 'failed', 'The schema is not the one in the manifest.');
}

function compareRows(tables: TableRows[], manifest: Manifest | undefined, report: VerificationReport): void {
  if (!manifest?.database) {
    report.add('row-counts', 'skipped', NO_MANIFEST);
    return;
  }
  const expected = new Map(manifest.database.tables.map((table) => [table.name, table.rows]));
  const wrong = tables
    .filter((table) => expected.get(table.name) !== table.rows)
    .map((table) => `${table.name}: ${table.rows} instead of ${expected.get(table.name) ?? 'no table'}`);
  if (wrong.length === 0 && tables.length === expected.size)
    report.add('row-counts', 'passed', countInWords(totalRows(tables), 'row'));
  else report.add('row-counts', 'failed', wrong.join('; ') || 'Tables are missing.');
}

const isBadContent = (error: unknown): error is SnapkeepError =>
  error instanceof SnapkeepError && (error.code === 'CORRUPT' || error.code === 'UNSUPPORTED');
const isDiskFull = (error: unknown): boolean => errorCode(error) === 'ENOSPC' || errorCode(error) === 'EDQUOT';
