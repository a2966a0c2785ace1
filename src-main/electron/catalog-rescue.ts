import { join } from 'node:path';
import { SnapkeepError } from '../../src-shared/contract/errors.ts';
import { catalogCopies } from '../core/catalog/catalog-copies.ts';
import { isDamagedCatalog, timeInWords } from '../core/catalog/damaged-catalog.ts';
import { restoreCatalog } from '../core/catalog/restore-catalog.ts';

/** What a person is asked when the catalog is damaged. */
interface CatalogQuestion {
  message: string;
  detail: string;
  buttons: string[];
  /** The button that changes nothing. */
  cancelId: number;
}

/**
 * Starts, and while the catalog is damaged asks a person what takes its place: the automatic copy, or an empty one.
 * @param choose answers the number of the button
 * @returns `null` when the person quits
 * @throws SnapkeepError whatever else keeps it from starting
 */
export async function startWithCatalog<T>(
  start: () => Promise<T>,
  dataFolder: string,
  choose: (question: CatalogQuestion) => Promise<number>,
): Promise<T | null> {
  try {
    return await start();
  } catch (error) {
    if (!(error instanceof SnapkeepError && isDamagedCatalog(error))) throw error;
    const newest = catalogCopies(join(dataFolder, 'catalog.db'))[0];
    const choices = [
      ...(newest === undefined ? [] : [{ button: `Restore Copy of ${timeInWords(newest.at)}`, by: 'copy' as const }]),
      { button: 'Start with Empty Catalog', by: 'empty' as const },
    ];
    const detail = `The damaged file is kept beside it. With an empty catalog, recover the plans from a destination: Storage, then Recover plans.`;
    const buttons = [...choices.map(({ button }) => button), 'Quit'];
    const chosen = choices[await choose({ message: error.message, detail, buttons, cancelId: choices.length })];
    if (chosen === undefined) return null;
    await restoreCatalog(dataFolder, 'desktop', chosen.by);
    return startWithCatalog(start, dataFolder, choose);
  }
}
