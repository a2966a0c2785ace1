import { realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { errorCode, explainError } from '../engine-errors.ts';

/**
 * A path as it was given, links and all, but for what `.` and `..` in it mean.
 * @throws SnapkeepError `INVALID_PARAMS` for a relative path
 */
export function absolutePath(path: string): string {
  if (isAbsolute(path) && !path.includes('\0')) return resolve(path);
  throw new SnapkeepError('INVALID_PARAMS', `${path} is not an absolute path.`, {
    hint: 'Enter the full path, from the root of the disk.',
  });
}

/**
 * The one name of a file, however it is written: links are followed as far as the path exists. Everything that is
 * compared, locked or stored is such a path.
 * @throws SnapkeepError `INVALID_PARAMS` for a relative path
 */
export async function canonicalPath(path: string): Promise<string> {
  const full = absolutePath(path);
  try {
    return await realpath(full);
  } catch (error) {
    const parent = dirname(full);
    if (parent === full || !['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) throw explainError(error, full);
    return join(await canonicalPath(parent), basename(full));
  }
}

/**
 * The canonical path of a file that SQLite may be asked to open.
 * @throws SnapkeepError `INVALID_PARAMS` also for a name that ends in a blank: the driver would cut it off, and so open
 * another file
 */
export async function canonicalFilePath(path: string): Promise<string> {
  const full = await canonicalPath(path);
  if (full === full.trim()) return full;
  throw new SnapkeepError('INVALID_PARAMS', `The name of “${full}” ends with a space.`, {
    hint: 'Rename the file: SQLite ignores the space at the end.',
  });
}

/** @throws SnapkeepError `CONFLICT` for a destination where Snapkeep tidies up its own things */
export function refuseDataFolder(dataFolder: string, destination: string): void {
  if (!isWithin(dataFolder, destination)) return;
  throw new SnapkeepError('CONFLICT', 'Snapshots cannot be stored in Snapkeep’s own data folder.', {
    hint: 'Choose another folder.',
  });
}

/** Whether a canonical path is a folder or lies somewhere in it. */
export function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
