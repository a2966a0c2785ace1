import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { LastSearch } from '../../../../src-shared/model/found-database.ts';
import { SavedRecoveryKit } from '../../../../src-shared/model/recovery/recovery-kit.ts';
import { Pause } from '../../../../src-shared/model/schedule.ts';
import { DEFAULT_SETTINGS, Settings } from '../../../../src-shared/model/settings.ts';
import { sql } from '../sql.ts';
import { json, Repo } from '../table.ts';

const LAST_SEARCH = 'last-search';
const MACHINE = 'machine';
const PAUSE = 'pause';
const RECOVERY_KIT = 'recovery-kit';
const SERVICE_ID = 'service-id';
const SETTINGS = 'settings';

/** The table of settings. */
export class SettingsRepo extends Repo {
  get(): Settings {
    const changed = this.#read(SETTINGS, json(z.looseObject({})));
    return changed === undefined ? DEFAULT_SETTINGS : Settings.parse({ ...DEFAULT_SETTINGS, ...changed });
  }

  save(settings: Settings): void {
    this.#write(SETTINGS, JSON.stringify(settings));
  }

  /** The pause of everything, whether or not it is over. */
  pause(): Pause | null {
    return this.#read(PAUSE, json(Pause.nullable())) ?? null;
  }

  savePause(pause: Pause | null): void {
    this.#write(PAUSE, JSON.stringify(pause));
  }

  /** The recovery kit that was saved last. */
  recoveryKit(): SavedRecoveryKit | null {
    return this.#read(RECOVERY_KIT, json(SavedRecoveryKit)) ?? null;
  }

  saveRecoveryKit(saved: SavedRecoveryKit): void {
    this.#write(RECOVERY_KIT, JSON.stringify(saved));
  }

  /** The last search for databases that ended; `null`: none has. */
  lastSearch(): LastSearch | null {
    return this.#read(LAST_SEARCH, json(LastSearch)) ?? null;
  }

  saveLastSearch(search: LastSearch): void {
    this.#write(LAST_SEARCH, JSON.stringify(search));
  }

  /** The id of the service that owns this catalog: random, and made once. Manifests carry it. */
  serviceId(): string {
    const known = this.#read(SERVICE_ID, z.uuid());
    if (known !== undefined) return known;
    const made = randomUUID();
    this.#write(SERVICE_ID, made);
    return made;
  }

  /** The machine on which this catalog was opened last; `undefined`: it is new. */
  machine(): string | undefined {
    return this.#read(MACHINE, z.string());
  }

  saveMachine(machine: string): void {
    this.#write(MACHINE, machine);
  }

  #read<S extends z.ZodType>(key: string, value: S): z.output<S> | undefined {
    return this.db.value(value, sql`SELECT value FROM settings WHERE key = ${key}`);
  }

  #write(key: string, value: string): void {
    this.db.run(sql`INSERT INTO settings VALUES (${key}, ${value}) ON CONFLICT DO UPDATE SET value = excluded.value`);
  }
}
