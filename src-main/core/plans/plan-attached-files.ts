import { stat } from 'node:fs/promises';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { AttachedFile } from '../../../src-shared/model/attached-file.ts';
import type { CoreContext } from '../core-context.ts';
import { explainError } from '../engine/engine-errors.ts';
import { absolutePath, canonicalPath, refuseDataFolder } from '../engine/files/paths.ts';

/**
 * The attached files that were chosen for a plan, each of them there and of its kind.
 * @throws SnapkeepError `NOT_FOUND`, `INVALID_PARAMS`; `CONFLICT` for Snapkeep's own data
 */
export async function prepareAttachedFiles(
  core: CoreContext,
  chosen: readonly AttachedFile[],
): Promise<AttachedFile[]> {
  const prepared: AttachedFile[] = [];
  for (const attachedFile of chosen) {
    const path = await canonicalPath(attachedFile.path);
    refuseDataFolder(core.dataFolder.path, path);
    await requireKind({ ...attachedFile, path });
    // As it was given: a link is followed at each run.
    prepared.push({ ...attachedFile, path: absolutePath(attachedFile.path) });
  }
  return prepared;
}

async function requireKind({ kind, path }: AttachedFile): Promise<void> {
  let fits: boolean;
  try {
    const info = await stat(path);
    fits = kind === 'folder' ? info.isDirectory() : info.isFile() || (kind === 'image' && info.isBlockDevice());
  } catch (error) {
    throw explainError(error, path);
  }
  if (fits) return;
  const what = { folder: 'a folder', file: 'a file', image: 'an image file or a block device' }[kind];
  throw new SnapkeepError('INVALID_PARAMS', `${path} is not ${what}.`, {
    hint: 'Choose the right kind, or another path.',
  });
}
