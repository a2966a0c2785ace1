import type { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { explainWrite } from '../engine/disk-full.ts';
import { errorCode, explainError } from '../engine/engine-errors.ts';

const CATALOG = 'catalog.db, in the data folder,';

/**
 * Explains what a request or a run met in the core itself. Workers explain what they meet in databases; here SQLite is
 * asked nothing but the catalog.
 * @param what what else it is about
 */
export function explainInCore(error: unknown, what: string): SnapkeepError {
  return errorCode(error)?.startsWith('SQLITE_') === true
    ? explainWrite(error, 'catalog', CATALOG, "Snapkeep's catalog")
    : explainError(error, what);
}
