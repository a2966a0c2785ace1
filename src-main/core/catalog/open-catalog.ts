import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { explainError } from '../engine/engine-errors.ts';
import { type Database, openDatabase } from '../engine/open-database.ts';
import { catalogCopies } from './catalog-copies.ts';
import { SCHEMA, SCHEMA_VERSION } from './schema.ts';

/**
 * Opens the application's own database, and makes its tables if it is new.
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
    return catalog;
  } catch (error) {
    catalog?.close();
    const explained = explainError(error, path);
    if (explained.code !== 'UNSUPPORTED' && explained.code !== 'CORRUPT') throw explained;
    throw new SnapkeepError('CORRUPT', `${path}, in which Snapkeep remembers plans and runs, is damaged.`, {
      hint: hintFor(path),
      cause: error,
    });
  }
}

/** Nothing is moved without a person: what is damaged may still be of use. */
function hintFor(path: string): string {
  const away = 'Close Snapkeep and move the file away, with the files of the same name that end in -wal and -shm.';
  const rebuild = 'start again and rebuild the plans with: snapkeep recover <destination>.';
  const newest = catalogCopies(path)[0];
  if (newest === undefined) return `${away} Then ${rebuild}`;
  const time = new Date(newest.at).toISOString().slice(0, 16).replace('T', ' ');
  return `${away} Then copy ${newest.path}, made on ${time} UTC, to ${path}; or ${rebuild}`;
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
