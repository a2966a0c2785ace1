import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, explainError } from '../../engine-errors.ts';
import { removedAtEnd, removeTree } from '../../files/remove-tree.ts';
import { CANNOT, type SystemCalls, systemCalls } from '../system-calls.ts';
import { partialName } from './folder-snapshots.ts';

/**
 * Finds out by trying whether a folder is on a file system that has what dated folders need: hard links, and symbolic
 * links that can be replaced.
 * @param stem what temporary names begin with, so that the next run removes what a crash has left
 * @returns why not, as the end of a sentence; `null` when it has
 * @throws SnapkeepError when the folder cannot be written
 */
export async function whyNoLinks(
  destination: string,
  stem: string,
  runId: string,
  calls: SystemCalls = systemCalls(),
): Promise<string | null> {
  const folder = join(destination, partialName(stem, runId));
  const at = (name: string): string => join(folder, name);
  await using _folder = removedAtEnd(folder);
  try {
    await removeTree(folder);
    await mkdir(folder, { mode: 0o700 });
    await writeFile(at('file'), 'x', { mode: 0o600 });
    if (!(await works(() => calls.link(at('file'), at('hard')))))
      return 'the disk or share does not support hard links';
    if (!(await works(() => calls.symlink('file', at('soft')))))
      return 'the disk or share does not support symbolic links';
    await calls.symlink('hard', at('other'));
    await rename(at('other'), at('soft'));
    return null;
  } catch (error) {
    throw explainError(error, destination);
  }
}

async function works(call: () => Promise<void>): Promise<boolean> {
  try {
    await call();
    return true;
  } catch (error) {
    if (!CANNOT.has(errorCode(error) ?? '')) throw error;
    return false;
  }
}
