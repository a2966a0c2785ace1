import { stat } from 'node:fs/promises';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Companion } from '../../../src-shared/model/companion.ts';
import type { CoreContext } from '../core-context.ts';
import { explainError } from '../engine/engine-errors.ts';
import { absolutePath, canonicalPath, refuseDataFolder } from '../paths.ts';

/**
 * The companions that were chosen for a plan, each of them there and of its kind.
 * @throws SnapkeepError `NOT_FOUND`, `INVALID_PARAMS`; `CONFLICT` for Snapkeep's own data
 */
export async function prepareCompanions(core: CoreContext, chosen: readonly Companion[]): Promise<Companion[]> {
  const prepared: Companion[] = [];
  for (const companion of chosen) {
    const path = await canonicalPath(companion.path);
    refuseDataFolder(core.dataFolder.path, path);
    await requireKind({ ...companion, path });
    // As it was given: a link is followed at each run.
    prepared.push({ ...companion, path: absolutePath(companion.path) });
  }
  return prepared;
}

async function requireKind({ kind, path }: Companion): Promise<void> {
  let fits: boolean;
  try {
    const info = await stat(path);
    fits = kind === 'folder' ? info.isDirectory() : info.isFile() || (kind === 'image' && info.isBlockDevice());
  } catch (error) {
    throw explainError(error, path);
  }
  if (fits) return;
  const what = { folder: 'a folder', file: 'a file', image: 'an image file or a block device' }[kind];
  throw new SnapkeepError('INVALID_PARAMS', `${path} is not ${what}.`, { hint: 'Choose what it is, or another path.' });
}
