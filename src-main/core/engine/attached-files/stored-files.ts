import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import type { StoredAttachedFile } from '../../../../src-shared/model/attached-file.ts';
import { fileStem } from '../../../../src-shared/rules/names/naming.ts';
import { errorCode, explainError, explainedAs } from '../engine-errors.ts';
import { INDEX_NAME } from './folder/folder-index.ts';
import { removeFolderSnapshot } from './folder/folder-snapshots.ts';

/** The link to the newest whole snapshot of an attached file. */
export function latestNameOf(planName: string, attachedFile: string): string {
  return `${fileStem(planName)}.${attachedFile}.latest`;
}

/** The SHA-256 of the index of a stored folder. @throws SnapkeepError `NOT_FOUND` */
export async function indexHash(folder: string): Promise<string> {
  const path = join(folder, INDEX_NAME);
  const index = await readFile(path).catch(explainedAs(path));
  return createHash('sha256').update(index).digest('hex');
}

/**
 * Removes stored attached files; those of other snapshots keep their files. What is gone already is fine.
 * @throws SnapkeepError `CONFLICT` for a folder that is not Snapkeep's; nothing of it is removed
 */
export async function removeAttachedFiles(
  folder: string,
  planName: string,
  attachedFiles: ReadonlyArray<Pick<StoredAttachedFile, 'name' | 'way' | 'storedName'>>,
  runId: string,
): Promise<void> {
  for (const { name, way, storedName } of attachedFiles) {
    if (storedName === null) continue;
    try {
      if (way === 'linked-folder') await removeFolderSnapshot(folder, storedName, latestNameOf(planName, name), runId);
      else await rm(join(folder, storedName), { force: true });
    } catch (error) {
      const gone = error instanceof SnapkeepError && error.code === 'NOT_FOUND';
      if (!gone && errorCode(error) !== 'ENOENT') throw explainError(error, join(folder, storedName));
    }
  }
}
