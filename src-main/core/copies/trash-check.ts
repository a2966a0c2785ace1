import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Snapshot } from '../../../src-shared/model/snapshot.ts';
import { indexHash } from '../engine/attached-files/stored-files.ts';
import { explainedAs } from '../engine/engine-errors.ts';
import { cancelledError } from '../engine/task-context.ts';
import type { TrashPlaces } from './trash-copy.ts';

/**
 * Reads what the trash holds of a snapshot and compares it with what was deleted: the file, and archives and indexes of
 * attached files.
 * @throws SnapkeepError `NOT_FOUND`, `CORRUPT`, `CANCELLED`
 */
export async function checkTrashed(
  { entry, name, attachedFiles }: TrashPlaces,
  { sha256 }: Pick<Snapshot, 'sha256'>,
  options: { signal: AbortSignal; onProgress: (bytes: number) => void },
): Promise<void> {
  await requireSame(entry, name, sha256, options);
  for (const { storedName, digest, indexSha256 } of attachedFiles) {
    if (storedName === null) continue;
    if (digest !== null) await requireSame(entry, storedName, digest.stored.sha256, options);
    else if (indexSha256 !== null && (await indexHash(join(entry, storedName))) !== indexSha256)
      throw another(join(entry, storedName));
  }
}

async function requireSame(
  entry: string,
  name: string,
  sha256: string,
  { signal, onProgress }: { signal: AbortSignal; onProgress: (bytes: number) => void },
): Promise<void> {
  const path = join(entry, name);
  const hash = createHash('sha256');
  let done = 0;
  try {
    for await (const piece of createReadStream(path, { highWaterMark: 1024 * 1024 })) {
      if (signal.aborted) throw cancelledError();
      hash.update(piece);
      done += piece.length;
      onProgress(done);
    }
  } catch (error) {
    explainedAs(path)(error);
  }
  if (hash.digest('hex') !== sha256) throw another(path);
}

function another(path: string): SnapkeepError {
  return new SnapkeepError('CORRUPT', `${path} is not what was deleted: its content has changed.`, {
    hint: 'It was not put back. Check the disk, and restore another copy of the snapshot.',
  });
}
