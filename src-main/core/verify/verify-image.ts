import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import { needsSalt } from '../../../src-shared/rules/sqlite/cipher-settings.ts';
import { keyInWords } from '../../../src-shared/words/database-encryption-words.ts';
import { errorCode, explainError, isOfMachine } from '../engine/engine-errors.ts';
import { explainWrite } from '../engine/files/disk-full.ts';
import { countRows } from '../engine/sqlite/count-rows.ts';
import { databaseEncryptionOf, type Unlocking } from '../engine/sqlite/database-key.ts';
import { type DatabaseFacts, describeDatabase } from '../engine/sqlite/describe-database.ts';
import { openForReading, type Reading } from '../engine/sqlite/open-database.ts';
import { readSchema, type SchemaEntry } from '../engine/sqlite/read-schema.ts';
import type { TaskContext } from '../engine/task-context.ts';
import { checkContent, findDamage } from './check-content.ts';
import { compareDatabase } from './compare-manifest.ts';
import type { VerificationReport } from './verification-report.ts';

/** How much of a plain image is mapped into memory, in bytes: that much memory a check takes more, however large the image is. */
const MAPPED_BYTES = 64 * 1024 * 1024;

/** What an unpacked database says of itself. */
export interface ImageFacts {
  facts: DatabaseFacts | undefined;
  schema: SchemaEntry[];
  unlocking: Unlocking | null;
}

/**
 * Adds the checks of an unpacked database: what SQLite finds in it, and whether it is the one that the manifest describes.
 * @throws SnapkeepError `BAD_KEY` when no key opens it
 */
export async function checkImage(
  imagePath: string,
  name: string,
  manifest: Manifest | undefined,
  report: VerificationReport,
  context: TaskContext,
): Promise<ImageFacts> {
  context.progress('checking', 0, null);
  const nothing: ImageFacts = { facts: undefined, schema: [], unlocking: null };
  let reading: Reading;
  try {
    reading = await openForReading(imagePath, context);
  } catch (error) {
    const explained = aboutImage(error, imagePath, name, context);
    if (explained.code === 'BAD_KEY' || manifest?.databaseEncryption) throw wrongKey(name, manifest, context);
    report.add('integrity', 'failed', explained.message);
    return nothing;
  }
  using _reading = reading;
  const { database: image, unlocking } = reading;
  try {
    // The start of the file need not be copied page by page; what is encrypted is never used as it is.
    if (unlocking === null) image.pragma(`mmap_size = ${MAPPED_BYTES}`);
    const { indexesDiffer } = checkContent(image, report, context);
    const onTable = (): void => context.throwIfCancelled();
    const described = describeDatabase(image, onTable);
    const facts = indexesDiffer ? { ...described, tables: countRows(image, onTable, 'tables') } : described;
    // What was stored was counted as a database without faults is.
    compareDatabase(facts, described.tables, databaseEncryptionOf(unlocking), manifest, report);
    return { facts, schema: readSchema(image), unlocking };
  } catch (error) {
    if (!errorCode(error)?.startsWith('SQLITE_')) throw error;
    report.add('integrity', 'failed', aboutImage(error, imagePath, name, context).message);
    return nothing;
  }
}

/**
 * What an error says of an image.
 * @throws SnapkeepError where it says only that the image could not be read here and now
 */
export function aboutImage(
  error: unknown,
  imagePath: string,
  name: string,
  { stagingFolder }: Pick<TaskContext, 'stagingFolder'>,
): SnapkeepError {
  const explained = explainWrite(error, 'staging', stagingFolder, name);
  if (isOfMachine(explained)) throw explained;
  // People know the file by its name, not by where it was unpacked to.
  const { code, message, hint, details } = explained;
  return new SnapkeepError(code, message.replaceAll(imagePath, name), {
    ...(hint && { hint }),
    ...(details && { details }),
    cause: error,
  });
}

/** A key that does not fit says nothing of the snapshot; that the file is whole is known from its manifest alone. */
function wrongKey(name: string, manifest: Manifest | undefined, context: TaskContext): SnapkeepError {
  const made = manifest?.databaseEncryption
    ? ` It was taken with the ${keyInWords(manifest.databaseEncryption.key)}.`
    : '';
  const salted = manifest?.databaseEncryption != null && needsSalt(manifest.databaseEncryption.settings);
  const hint = salted
    ? 'Enter the key the database had when the snapshot was taken and, in the custom settings, its salt of 32 hexadecimal digits. A raw key of 96 digits includes the salt.'
    : 'Enter the key the database had when the snapshot was taken.';
  if (context.keys.length === 0)
    return new SnapkeepError('BAD_KEY', `${name} is encrypted, and its key is unknown.${made}`, { hint });
  return manifest === undefined
    ? new SnapkeepError('BAD_KEY', `No known key opens ${name}: it has another key, or its first page is damaged.`, {
        hint: 'Enter the key the database had when the snapshot was taken, and its custom settings, if any. Without a manifest, damage and a wrong key cannot be told apart.',
      })
    : new SnapkeepError(
        'BAD_KEY',
        `Wrong key${salted ? ' or salt' : ''}: ${name} is intact, byte for byte as stored.${made}`,
        { hint },
      );
}

/** Says which part of an encrypted database has been damaged: without its first page, no key opens it. */
export async function locateDamage(imagePath: string, report: VerificationReport, context: TaskContext): Promise<void> {
  if (context.keys.length === 0) return;
  const add = (detail: string): void => report.add('integrity', 'failed', detail);
  try {
    using reading = await openForReading(imagePath, context);
    if (findDamage(reading.database, context).damage.length > 0)
      add('It opens with its key, but pages after the first are damaged.');
  } catch (error) {
    const { code, message } = explainError(error, 'It');
    if (code === 'BAD_KEY' || code === 'UNSUPPORTED') add('Its first page is damaged, so no key opens it.');
    else if (code === 'CORRUPT') add('It opens with its key, but pages after the first are damaged.');
    else add(message);
  }
}
