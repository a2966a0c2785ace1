import { realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { SnapkeepError } from '../../src-shared/contract/errors.ts';
import { errorCode, explainError } from './engine/engine-errors.ts';

/**
 * The one name of a file, however it is written: links are followed as far as the path exists. Everything that is
 * compared, locked or stored is such a path.
 * @throws SnapkeepError `INVALID_PARAMS` for a relative path
 */
export async function canonicalPath(path: string): Promise<string> {
  if (!isAbsolute(path) || path.includes('\0')) {
    throw new SnapkeepError('INVALID_PARAMS', `${path} is not an absolute path.`, {
      hint: 'Give the whole path, from the root of the disk.',
    });
  }
  const full = resolve(path);
  try {
    return await realpath(full);
  } catch (error) {
    const parent = dirname(full);
    if (parent === full || !['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) throw explainError(error, full);
    return join(await canonicalPath(parent), basename(full));
  }
}

/** Whether a canonical path is a folder or lies somewhere in it. */
export function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === '' || (!way.startsWith('..') && !isAbsolute(way));
}
