import { stat } from 'node:fs/promises';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { explainedAs } from '../engine-errors.ts';
import { repositoryError } from './repository-around.ts';

/** @throws SnapkeepError when the path is not a file that can be read */
export async function requireFile(path: string): Promise<void> {
  const info = await stat(path).catch(explainedAs(path));
  if (info.isDirectory())
    throw (
      (await repositoryError(path, 'folder')) ??
      new SnapkeepError('INVALID_PARAMS', `${path} is a folder.`, { hint: 'Choose the database file in it.' })
    );
  if (!info.isFile())
    throw new SnapkeepError('INVALID_PARAMS', `${path} is not a file.`, { hint: 'Choose a database file.' });
}
