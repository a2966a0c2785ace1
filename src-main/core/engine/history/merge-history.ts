import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SnapshotEncryption } from '../../../../src-shared/model/encryption.ts';
import { explainWrite } from '../files/disk-full.ts';
import { mergeLtx, newestPages, openChain } from '../ltx/merge-ltx.ts';
import { encryptorOf } from '../packing/encryption.ts';
import type { TaskContext } from '../task-context.ts';
import { readStored } from './rebuild-point.ts';
import { type StoredLtx, writeStored } from './write-stored.ts';

/** Files of a history that are to become one. */
export interface MergeHistoryRequest {
  /** The oldest first. */
  inputs: ReadonlyArray<{ path: string; name: string }>;
  /** The file that is made and synced, and how it is encrypted; `null`: the inputs are checked only. */
  out: { path: string; encryption: SnapshotEncryption } | null;
}

/**
 * Merges files of a history, or reads them to their ends: their pages, indexes and checksums.
 * @returns the file that was made
 * @throws SnapkeepError `CORRUPT` where one is damaged, `BAD_KEY`, `NO_SPACE`, `CANCELLED`
 */
export async function mergeHistory(
  { inputs, out }: MergeHistoryRequest,
  context: TaskContext,
): Promise<StoredLtx | null> {
  const sources = inputs.map(({ path, name }) => ({ name, pieces: readStored(path, context) }));
  if (out === null) {
    await using chain = await openChain(sources);
    for await (const _ of newestPages(chain.contents)) context.throwIfCancelled();
    return null;
  }
  const encryptor = encryptorOf(out.encryption, context.encryptionSecrets);
  try {
    const { stored } = await writeStored(
      { path: out.path, encryptor },
      (write) =>
        mergeLtx(sources, (piece) => {
          context.throwIfCancelled();
          return write(piece);
        }),
      ({ header }) => header.timestamp,
    );
    return stored;
  } catch (error) {
    await rm(out.path, { force: true });
    throw explainWrite(error, 'staging', dirname(out.path), 'the history');
  }
}
