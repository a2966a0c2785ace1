import { rm, stat } from 'node:fs/promises';
import type { Encryption } from '../../../src-shared/model/encryption.ts';
import type { Verification } from '../../../src-shared/model/verification.ts';
import { encryptionOf } from './database-key.ts';
import { hashFile } from './decompress.ts';
import type { DatabaseFacts } from './describe-database.ts';
import { identifyContent } from './identify-file.ts';
import { identifyPacked } from './identify-packed.ts';
import type { TaskContext } from './task-context.ts';
import { stageAndVerify } from './verify.ts';

/** What a file without a manifest is found to be when all of it is read. */
export interface Examination {
  content: 'database' | 'dump';
  compression: 'gz' | 'zst' | 'none';
  stored: { bytes: number; sha256: string };
  image: { bytes: number; sha256: string };
  facts: DatabaseFacts | null;
  /** `null`: it is not encrypted. */
  encryption: Encryption | null;
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
  const dump = await isDump(path, content);
  const { facts = null, unlocking, verification, ...staged } = await stageAndVerify({ path, forImport: true }, context);
  await rm(staged.imagePath, { force: true });
  return {
    content: dump ? 'dump' : 'database',
    compression,
    stored,
    // A bare database is read through SQLite, which may write another image than the file is.
    image: content === 'sqlite' ? stored : { bytes: staged.imageBytes, sha256: staged.imageSha256 ?? '' },
    facts,
    encryption: encryptionOf(unlocking),
    verification,
  };
}

/** What cannot even be unpacked is no dump; the checks say what it is. */
async function isDump(path: string, content: Awaited<ReturnType<typeof identifyContent>>): Promise<boolean> {
  try {
    return (await identifyPacked(path, content)) === 'sql';
  } catch {
    return false;
  }
}
