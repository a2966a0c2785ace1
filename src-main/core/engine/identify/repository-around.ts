import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { type ThirdPartyRepository, thirdPartyRepository } from '../../../../src-shared/third-party/repositories.ts';

/** How far above a file its repository can begin: `generations/<id>/wal/<file>`. */
const HIGHEST = 4;

/** Names the repository of another program that a folder is; `null`: none, or it cannot be read. */
async function repositoryAt(folder: string): Promise<ThirdPartyRepository | null> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const names = (folders: boolean): string[] =>
      entries.filter((entry) => entry.isDirectory() === folders).map(({ name }) => name);
    return thirdPartyRepository({ files: names(false), folders: names(true) });
  } catch {
    return null;
  }
}

/**
 * Returns an error that names the repository of another program, where a folder is one or a file belongs to one.
 * @param subject what was chosen, for the sentence
 */
export async function repositoryError(path: string, subject: 'folder' | 'file'): Promise<SnapkeepError | null> {
  let folder = subject === 'folder' ? path : dirname(path);
  for (let level = 0; level < HIGHEST; level++, folder = dirname(folder)) {
    const found = await repositoryAt(folder);
    if (found !== null) {
      const whose = subject === 'file' ? `${path} belongs to another program. ` : '';
      return new SnapkeepError('UNSUPPORTED', `${whose}${folder}: ${found.message}`, { hint: found.hint });
    }
    if (subject === 'folder' && level === 1) return null;
  }
  return null;
}
