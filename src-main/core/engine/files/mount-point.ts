import { lstat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { errorCode, explainError } from '../engine-errors.ts';
import { mountFacts } from './mount-facts.ts';

/**
 * Makes sure that a file or folder can be exchanged or removed: the system moves and removes no mount point, as a file
 * or folder is that a container got from its host.
 * @throws SnapkeepError `UNSUPPORTED`
 */
export async function requireExchangeable(path: string): Promise<void> {
  if (!(await isMountPoint(path))) return;
  throw new SnapkeepError('UNSUPPORTED', `${path} is a mount point and cannot be replaced or deleted.`, {
    hint: 'Nothing was changed. Unmount it first, or choose another path.',
  });
}

async function isMountPoint(path: string): Promise<boolean> {
  try {
    const [own, above] = await Promise.all([lstat(path), lstat(dirname(path))]);
    // A file or folder of the same disk may be mounted, too.
    return own.dev !== above.dev || (await mountFacts(path)).mountPoint === path;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw explainError(error, path);
  }
}
