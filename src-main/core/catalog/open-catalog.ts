import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { explainWrite } from '../engine/files/disk-full.ts';
import { type Database, openDatabase } from '../engine/sqlite/open-database.ts';
import { damagedCatalog, explainedCatalog, forgetDamage, isDamage, isDamageNoted } from './damaged-catalog.ts';
import { SCHEMA, SCHEMA_VERSION } from './schema.ts';

/**
 * Opens the application's own database, and makes its tables if it is new. What SQLite meets in it later is explained as
 * an error of the catalog.
 * @throws SnapkeepError `TOO_NEW` when a newer version has written it, `CORRUPT` when it is damaged
 */
export function openCatalog(path: string): Database {
  let catalog: Database | undefined;
  try {
    catalog = openDatabase(path);
    catalog.pragma('journal_mode = WAL');
    catalog.pragma('synchronous = FULL');
    catalog.pragma('foreign_keys = ON');
    createTables(catalog, path);
    if (isDamageNoted(path)) requireSound(catalog, path);
    return explainedCatalog(catalog, path);
  } catch (error) {
    catalog?.close();
    throw isDamage(error) ? damagedCatalog(path, error) : explainWrite(error, 'catalog', path);
  }
}

/** Damage inside a catalog is not seen when it is opened. */
function requireSound(catalog: Database, path: string): void {
  const found = catalog.pragma('integrity_check(1)', { simple: true });
  if (found !== 'ok') throw damagedCatalog(path, new Error(String(found)));
  forgetDamage(path);
}

function createTables(catalog: Database, path: string): void {
  const version = Number(catalog.pragma('user_version', { simple: true }));
  if (version > SCHEMA_VERSION) {
    throw new SnapkeepError('TOO_NEW', `${path} was written by a newer version of Snapkeep.`, {
      hint: 'Update Snapkeep, or set SNAPKEEP_HOME to another folder.',
    });
  }
  if (version === SCHEMA_VERSION) return;
  catalog.transaction(() => {
    catalog.exec(SCHEMA);
    catalog.pragma(`user_version = ${SCHEMA_VERSION}`);
  })();
}
