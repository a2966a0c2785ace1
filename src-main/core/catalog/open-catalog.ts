import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { type Database, openDatabase } from '../engine/open-database.ts';
import { migrations } from './migrations.ts';

/**
 * Opens the application's own database and brings it up to date.
 * @throws SnapkeepError `TOO_NEW` when a newer version has written it
 */
export function openCatalog(path: string): Database {
  const catalog = openDatabase(path);
  try {
    catalog.pragma('journal_mode = WAL');
    catalog.pragma('synchronous = FULL');
    catalog.pragma('foreign_keys = ON');
    migrate(catalog, path);
    return catalog;
  } catch (error) {
    catalog.close();
    throw error;
  }
}

function migrate(catalog: Database, path: string): void {
  const version = Number(catalog.pragma('user_version', { simple: true }));
  if (version > migrations.length) {
    throw new SnapkeepError('TOO_NEW', `${path} was written by a newer version of Snapkeep.`, {
      hint: 'Update Snapkeep, or set SNAPKEEP_HOME to another folder; snapshots can be found again by scanning their folder.',
    });
  }
  for (const [index, step] of migrations.entries()) {
    if (index < version) continue;
    catalog.transaction(() => {
      catalog.exec(step);
      catalog.pragma(`user_version = ${index + 1}`);
    })();
  }
}
