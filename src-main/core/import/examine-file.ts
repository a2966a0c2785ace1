import { rm, stat } from 'node:fs/promises';
import type { DatabaseEncryption } from '../../../src-shared/model/database-encryption.ts';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { FileContent } from '../../../src-shared/model/restore/restore.ts';
import type { Verification } from '../../../src-shared/model/verification.ts';
import { identifyContent } from '../engine/identify/identify-file.ts';
import { hashFile } from '../engine/packing/decompress.ts';
import { databaseEncryptionOf } from '../engine/sqlite/database-key.ts';
import type { DatabaseFacts } from '../engine/sqlite/describe-database.ts';
import type { TaskContext } from '../engine/task-context.ts';
import type { Taken } from '../verify/unpack-image.ts';
import { stageAndVerify } from '../verify/verify-file.ts';

/** What a file without a manifest is found to be when all of it is read. */
export interface Examination {
  content: 'database' | 'dump';
  compression: 'gz' | 'zst' | 'none';
  /** See the manifest. */
  wrapping: Manifest['wrapping'];
  stored: { bytes: number; sha256: string };
  image: { bytes: number; sha256: string };
  facts: DatabaseFacts | null;
  /** `null`: it is not encrypted. */
  databaseEncryption: DatabaseEncryption | null;
  verification: Verification;
}

/**
 * Hashes and unpacks a backup that another program has made, and makes every check that needs no manifest; of a dump,
 * on the database that it makes.
 * @throws SnapkeepError `BAD_KEY` when it is encrypted and no key opens it, or when it cannot be read
 */
export async function examineFile({ path }: { path: string }, context: TaskContext): Promise<Examination> {
  const content = await identifyContent(path);
  const bytes = (await stat(path)).size;
  const stored = await hashFile(path, (done) => {
    context.throwIfCancelled();
    context.progress('reading', done, bytes);
  });
  const compression = content === 'gzip' ? 'gz' : content === 'zstd' ? 'zst' : 'none';
  const { facts = null, unlocking, verification, taken, ...staged } = await stageAndVerify({ path }, context);
  await rm(staged.imagePath, { force: true });
  return {
    content: taken?.dump === true ? 'dump' : 'database',
    compression,
    wrapping: taken === null ? undefined : wrappingOf(content, taken),
    stored,
    // A bare database is read through SQLite, which may write another image than the file is.
    image: content === 'sqlite' ? stored : { bytes: staged.imageBytes, sha256: staged.imageSha256 ?? '' },
    facts,
    databaseEncryption: databaseEncryptionOf(unlocking),
    verification,
  };
}

/** Snapshots are databases and dumps, packed once with gzip or zstd or not at all. */
function wrappingOf(content: FileContent, { entry, depth }: Taken): Manifest['wrapping'] {
  return entry !== null || depth > 0 || content === 'xz' ? { entry } : undefined;
}
