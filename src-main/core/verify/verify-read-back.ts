import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { Verification } from '../../../src-shared/model/verification.ts';
import { verifiedHow } from '../../../src-shared/words/verification-words.ts';
import { explainError } from '../engine/engine-errors.ts';
import { identifyContent } from '../engine/identify/identify-file.ts';
import { orCancelled, type TaskContext } from '../engine/task-context.ts';
import type { ContentCheck } from './check-image.ts';
import { compareDatabase } from './compare-manifest.ts';
import { storedOnly, VerificationReport } from './verification-report.ts';
import { manifestOf, verifyFile, wholeAs } from './verify-file.ts';
import { readStoredBack } from './verify-stored.ts';

/** A copy that has just been stored, and the check of the image it was made of, which may still go on. */
export interface StoredCopy {
  path: string;
  manifest: Manifest;
  checked: Promise<ContentCheck>;
}

/**
 * Verifies a copy by reading it back: it is unpacked in memory, and has the content of the image that was checked if it has
 * its hash. Where anything differs, the copy is verified in full, which tells what is damaged.
 * @throws SnapkeepError as {@link verifyFile}
 */
export async function verifyReadBack(copy: StoredCopy, context: TaskContext): Promise<Verification> {
  const { path, manifest } = copy;
  const { database } = manifest;
  if (database === null) throw new Error('A snapshot of files is made of no image.');
  const started = context.now();
  const report = new VerificationReport();
  const sha256 = await readBack(copy, report, context);
  if (report.failed) {
    context.log('warning', 'What was read back differs from what was stored. It is verified in full.');
    return verifyFile({ path, expected: manifest }, context, true);
  }
  context.progress('checking', 0, null);
  const found = await orCancelled(copy.checked, context);
  const image = new VerificationReport('image');
  image.take(found);
  const facts = { ...database, tables: found.tables };
  compareDatabase(facts, database.tables, manifest.databaseEncryption, manifest, image);
  report.take(image);
  const verification =
    sha256 === null || report.failed
      ? report.conclude(started, context.now(), manifest, facts)
      : storedOnly(sha256, started, context.now());
  const said = [verification.message, verifiedHow(verification.level) ?? []].flat().join(' ');
  context.log(verification.valid ? (sha256 === null ? 'info' : 'warning') : 'error', said);
  return verification;
}

/** @returns the hash of a whole file that nobody here can open; `null`: it was opened */
async function readBack(
  { path, manifest }: StoredCopy,
  report: VerificationReport,
  context: TaskContext,
): Promise<string | null> {
  try {
    const content = await identifyContent(path);
    await manifestOf(path, manifest, report, context);
    await readStoredBack({ path, content }, manifest, report, context);
    return null;
  } catch (error) {
    const sha256 = wholeAs(error);
    if (sha256 === null) throw explainError(error, path);
    return sha256;
  }
}
