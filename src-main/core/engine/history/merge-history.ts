import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { explainWrite } from '../files/disk-full.ts';
import { writeFully } from '../files/durable-files.ts';
import { mergeLtx, newestPages, openChain } from '../ltx/merge-ltx.ts';
import type { TaskContext } from '../task-context.ts';
import { readStored } from './rebuild-point.ts';

/** Files of a history that are to become one. */
export interface MergeHistoryRequest {
  /** The oldest first. */
  inputs: ReadonlyArray<{ path: string; name: string }>;
  /** The file that is made and synced; `null`: the inputs are checked only. */
  out: string | null;
}

/** The file that was made. */
export interface MergedLtx {
  bytes: number;
  sha256: string;
}

/**
 * Merges files of a history, or reads them to their ends: their pages, indexes and checksums.
 * @throws SnapkeepError `CORRUPT` where one is damaged, `NO_SPACE`, `CANCELLED`
 */
export async function mergeHistory({ inputs, out }: MergeHistoryRequest, context: TaskContext): Promise<MergedLtx> {
  const sources = inputs.map(({ path, name }) => ({ name, pieces: readStored(path, context) }));
  if (out === null) {
    await using chain = await openChain(sources);
    for await (const _ of newestPages(chain.contents)) context.throwIfCancelled();
    return { bytes: 0, sha256: '' };
  }
  const hash = createHash('sha256');
  const file = await open(out, 'wx', 0o600);
  try {
    const { bytes } = await mergeLtx(sources, (piece) => {
      context.throwIfCancelled();
      hash.update(piece);
      writeFully(file, piece);
    });
    await file.sync();
    return { bytes, sha256: hash.digest('hex') };
  } catch (error) {
    await rm(out, { force: true });
    throw explainWrite(error, 'staging', dirname(out), 'the history');
  } finally {
    await file.close();
  }
}
