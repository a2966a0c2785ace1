import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { explainError } from '../engine/engine-errors.ts';
import { type Database, openDatabase } from '../engine/open-database.ts';
import { migrations } from './migrations.ts';

/**
 * Opens the application's own database and brings it up to date.
 * @throws SnapkeepError `TOO_NEW` when a newer version has written it, `CORRUPT` when it is damaged
 */
export function openCatalog(path: string): Database {
  let catalog: Database | undefined;
  try {
    catalog = openDatabase(path);
    catalog.pragma('journal_mode = WAL');
    catalog.pragma('synchronous = FULL');
    // It does nothing within a transaction, and a table that others refer to can be built anew only without it.
    catalog.pragma('foreign_keys = OFF');
    migrate(catalog, path);
    catalog.pragma('foreign_keys = ON');
    return catalog;
  } catch (error) {
    catalog?.close();
    const explained = explainError(error, path);
    if (explained.code !== 'UNSUPPORTED' && explained.code !== 'CORRUPT') throw explained;
    throw new SnapkeepError('CORRUPT', `${path}, in which Snapkeep remembers plans and runs, is damaged.`, {
      hint: 'Move it away and start again: plans are made anew, and snapshots are found again by adopting their destinations.',
      cause: error,
    });
  }
}

function migrate(catalog: Database, path: string): void {
  const version = Number(catalog.pragma('user_version', { simple: true }));
  if (version > migrations.length) {
    throw new SnapkeepError('TOO_NEW', `${path} was written by a newer version of Snapkeep.`, {
      hint: 'Update Snapkeep, or set SNAPKEEP_HOME to another folder; snapshots can be found again by adopting their destinations.',
    });
  }
  for (const [index, step] of migrations.entries()) {
    if (index < version) continue;
    catalog.transaction(() => {
      if (typeof step === 'string') catalog.exec(step);
      else step(catalog);
      catalog.pragma(`user_version = ${index + 1}`);
    })();
  }
}
