import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Encryption } from '../../../src-shared/model/encryption.ts';
import type { Verification } from '../../../src-shared/model/verification.ts';
import { hashFile } from './decompress.ts';
import type { DatabaseFacts } from './describe-database.ts';
import { restoreDumpFile } from './dump/restore-dump.ts';
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
 * Hashes and unpacks a backup that another program has made, and makes every check that needs no manifest. A dump is
 * read into a scratch database, which is then checked.
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
  const readPath = dump ? join(context.stagingFolder, 'examined.db') : path;
  try {
    if (dump) await restoreDumpFile(path, content, readPath, { onProgress: () => context.throwIfCancelled() });
    const { facts = null, unlocking, verification, ...staged } = await stageAndVerify(readPath, context);
    await rm(staged.imagePath, { force: true });
    // A bare database is read through SQLite, which may write another image than the file is.
    const bare = content === 'sqlite' && !dump;
    return {
      content: dump ? 'dump' : 'database',
      compression,
      stored,
      image: bare ? stored : { bytes: staged.imageBytes, sha256: staged.imageSha256 ?? '' },
      facts,
      encryption: unlocking && { format: unlocking.format, key: unlocking.key.fingerprint },
      verification,
    };
  } finally {
    if (dump) await rm(readPath, { force: true });
  }
}

/** What cannot even be unpacked is no dump; the checks say what it is. */
async function isDump(path: string, content: Awaited<ReturnType<typeof identifyContent>>): Promise<boolean> {
  try {
    return (await identifyPacked(path, content)) === 'sql';
  } catch {
    return false;
  }
}
