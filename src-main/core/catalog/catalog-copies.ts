import { readdirSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DAY_MS } from '../../../src-shared/rules/durations.ts';
import type { CoreContext } from '../core-context.ts';
import { errorCode } from '../engine/engine-errors.ts';
import { replaceFile } from '../engine/files/durable-files.ts';

/** How many automatic copies of the catalog are kept. */
const KEPT = 3;
/** The number says the order of making, whatever a clock said; then comes the time, in milliseconds since 1970. */
const NAME = /^catalog-(\d{6,})-(\d+)\.db$/;

interface CatalogCopy {
  readonly path: string;
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/**
 * Copies the catalog into its folder of copies and checks the copy, unless the newest one is younger than a day. The
 * three newest stay. A worker does it: a catalog of years takes seconds. An empty catalog is not copied: it may stand for one that was lost.
 * @throws SnapkeepError `CORRUPT` when the copy is damaged
 */
export async function copyCatalog({
  catalog,
  clock,
  dataFolder,
  runInWorker,
}: Pick<CoreContext, 'catalog' | 'clock' | 'dataFolder' | 'runInWorker'>): Promise<void> {
  const now = clock.now().getTime();
  const before = catalogCopies(dataFolder.catalogFile);
  const newest = before[0];
  if (newest !== undefined && now >= newest.at && now - newest.at < DAY_MS) return;
  if (catalog.plans.list().length === 0) return;
  const folder = folderOf(dataFolder.catalogFile);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const partial = join(folder, 'catalog.partial');
  const signal = new AbortController().signal;
  const order = { stagingFolder: folder, signal, keys: [] };
  await runInWorker('copy-catalog', { catalogFile: dataFolder.catalogFile, path: partial }, order);
  const number = String((newest?.number ?? 0) + 1).padStart(6, '0');
  await replaceFile(partial, join(folder, `catalog-${number}-${now}.db`));
  for (const { path } of before.slice(KEPT - 1)) await rm(path, { force: true });
}

/** The automatic copies of a catalog, the newest first. */
export function catalogCopies(catalogFile: string): CatalogCopy[] {
  const folder = folderOf(catalogFile);
  return namesIn(folder)
    .flatMap((name) => {
      const found = NAME.exec(name);
      return found === null ? [] : [{ path: join(folder, name), number: Number(found[1]), at: Number(found[2]) }];
    })
    .sort((a, b) => b.number - a.number);
}

function folderOf(catalogFile: string): string {
  return join(dirname(catalogFile), 'catalog-copies');
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
