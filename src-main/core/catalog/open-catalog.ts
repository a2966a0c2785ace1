import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { explainError } from '../engine/engine-errors.ts';
import { type Database, openDatabase } from '../engine/open-database.ts';
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
      hint: 'Move it away and start again: plans are recovered from their destinations.',
      cause: error,
    });
  }
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
