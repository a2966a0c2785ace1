import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { FoundFile } from '../../../src-shared/model/found-database.ts';
import { nameInWords } from '../../../src-shared/rules/names/byte-names.ts';
import type { CoreContext } from '../core-context.ts';

/** Returns a database that a search has found. @throws SnapkeepError `NOT_FOUND` */
export function requireFound({ catalog }: CoreContext, path: string): FoundFile {
  const file = catalog.foundDatabases.get(path);
  if (file !== undefined) return file;
  throw new SnapkeepError('NOT_FOUND', `No search has found ${nameInWords(path)}.`, {
    hint: 'Search again, or check the path.',
  });
}
