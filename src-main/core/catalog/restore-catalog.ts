import { copyFile, link, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { errorCode, explainError } from '../engine/engine-errors.ts';
import { copySynced, exists, replaceFile, syncFolder, writeSynced } from '../engine/files/durable-files.ts';
import { canonicalPath } from '../engine/files/paths.ts';
import { openDatabase } from '../engine/sqlite/open-database.ts';
import { holdDataFolder } from '../process/data-folder.ts';
import { catalogCopies } from './catalog-copies.ts';
import { forgetDamage, isDamage } from './damaged-catalog.ts';

/** What replaces a damaged catalog: the newest automatic copy that is sound, or an empty one. */
type Replacement = 'copy' | 'empty';

/** A damaged catalog that was replaced. */
export interface RestoredCatalog {
  /** Where the damaged one is kept; `null`: there was none. */
  keptAt: string | null;
  /** When the copy that replaces it was made, in milliseconds since 1970; `null`: it is empty. */
  copyOf: number | null;
}

/**
 * Replaces a damaged or lost catalog, which stays beside it under another name. Nobody may use the data folder
 * meanwhile. Until the last rename the damaged one is in its place, so this can be repeated after a crash.
 * @param host what this process is called in the message that others get
 * @throws SnapkeepError `CONFLICT` when the catalog is sound, `NOT_FOUND` when there is no sound copy, `BUSY`
 */
export async function restoreCatalog(folder: string, host: string, replacement: Replacement): Promise<RestoredCatalog> {
  const held = holdDataFolder(await canonicalPath(folder), host);
  try {
    const { catalogFile } = held;
    if (plansIn(catalogFile) > 0) {
      throw new SnapkeepError('CONFLICT', `${catalogFile} is not damaged.`, {
        hint: 'Nothing was replaced. Start Snapkeep.',
      });
    }
    const made = join(held.path, 'catalog.replacement');
    await rm(made, { force: true });
    const copyOf = replacement === 'empty' ? null : await prepareCopy(catalogFile, made);
    if (copyOf === null) await writeSynced(made, '');
    const keptAt = await keepAside(catalogFile);
    await replaceFile(made, catalogFile);
    forgetDamage(catalogFile);
    return { keptAt, copyOf };
  } catch (error) {
    throw explainError(error, folder);
  } finally {
    held.release();
  }
}

/** Puts the newest sound copy at a path, and answers when it was made. */
async function prepareCopy(catalogFile: string, to: string): Promise<number> {
  for (const { path, at } of catalogCopies(catalogFile)) {
    if (plansIn(path) === 0) continue;
    await copySynced(path, to);
    return at;
  }
  throw new SnapkeepError('NOT_FOUND', `No automatic copy of ${catalogFile} can be used.`, {
    hint: 'Start with an empty catalog: snapkeep catalog restore --empty, then snapkeep recover <destination>.',
  });
}

/** How many plans a catalog has that is sound; 0 for any other. */
function plansIn(path: string): number {
  try {
    // Reading alone leaves the file and its log as they are.
    using catalog = openDatabase(path, { mustExist: true, readonly: true });
    if (catalog.pragma('integrity_check(1)', { simple: true }) !== 'ok') return 0;
    return Number(catalog.prepare('SELECT count(*) FROM plans').pluck().get());
  } catch (error) {
    // An empty file has no tables.
    if (isDamage(error) || errorCode(error) === 'SQLITE_ERROR') return 0;
    throw error;
  }
}

/** Keeps a damaged catalog and its sidecars under a name that nothing has; an empty file is not worth it. */
async function keepAside(catalogFile: string): Promise<string | null> {
  if ((await stat(catalogFile)).size === 0) return null;
  let number = 1;
  const nameOf = (n: number): string => join(dirname(catalogFile), `catalog-damaged-${n}.db`);
  while (await exists(nameOf(number))) number += 1;
  const aside = nameOf(number);
  try {
    await link(catalogFile, aside);
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(errorCode(error) ?? '')) throw error;
    await copyFile(catalogFile, aside);
  }
  for (const suffix of ['-wal', '-shm'])
    if (await exists(catalogFile + suffix)) await rename(catalogFile + suffix, aside + suffix);
  await syncFolder(dirname(catalogFile));
  return aside;
}
