import { DEFAULT_SETTINGS, Settings } from '../../../src-shared/model/settings.ts';
import type { Database } from '../engine/open-database.ts';

/** The table of settings. */
export class SettingsRepo {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  get(): Settings {
    const value = this.#db.prepare("SELECT value FROM settings WHERE key = 'settings'").pluck().get() as
      | string
      | undefined;
    return value === undefined
      ? DEFAULT_SETTINGS
      : Settings.parse({ ...DEFAULT_SETTINGS, ...(JSON.parse(value) as object) });
  }

  save(settings: Settings): void {
    this.#db
      .prepare("INSERT INTO settings VALUES ('settings', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
      .run(JSON.stringify(settings));
  }
}
