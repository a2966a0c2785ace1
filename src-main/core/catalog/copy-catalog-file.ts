import { open, rm } from 'node:fs/promises';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { explainWrite } from '../engine/files/disk-full.ts';
import { openDatabase } from '../engine/sqlite/open-database.ts';

/** A catalog that a service has open, and where its copy goes. */
export interface CatalogCopyRequest {
  catalogFile: string;
  path: string;
}

/**
 * Copies a catalog as it is now, checks the copy and makes it durable; what an earlier try left there is replaced.
 * @throws SnapkeepError `CORRUPT` when the copy is damaged, `NO_SPACE`
 */
export async function copyCatalogFile({ catalogFile, path }: CatalogCopyRequest): Promise<null> {
  await rm(path, { force: true });
  try {
    await using handle = await open(path, 'wx', 0o600);
    {
      using catalog = openDatabase(catalogFile, { readonly: true, mustExist: true });
      catalog.prepare('VACUUM INTO ?').run(path);
    }
    requireWhole(path);
    await handle.sync();
    return null;
  } catch (error) {
    throw explainWrite(error, 'catalog', path);
  }
}

function requireWhole(path: string): void {
  using copy = openDatabase(path, { readonly: true, mustExist: true });
  if (copy.pragma('integrity_check', { simple: true }) === 'ok') return;
  throw new SnapkeepError('CORRUPT', `The automatic copy of the catalog is damaged: ${path}.`, {
    hint: 'Check the disk of the data folder.',
  });
}
