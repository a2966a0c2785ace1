import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { LastSearch } from '../../../../src-shared/model/found-database.ts';
import { SavedRecoveryKit } from '../../../../src-shared/model/recovery/recovery-kit.ts';
import { Pause } from '../../../../src-shared/model/schedule.ts';
import { DEFAULT_SETTINGS, Settings } from '../../../../src-shared/model/settings.ts';
import { Instant } from '../../../../src-shared/model/values.ts';
import { aged } from '../../../../src-shared/retention/counted-age.ts';
import { sql } from '../sql.ts';
import { json, Repo } from '../table.ts';

const COUNTED_TIME = 'counted-time';
const LAST_SEARCH = 'last-search';
const MACHINE = 'machine';
const PAUSE = 'pause';
const RECOVERY_KIT = 'recovery-kit';
const SERVICE_ID = 'service-id';
const SETTINGS = 'settings';

/** When the clock was looked at first, and how much time has passed since as counted by looks. */
const CountedTime = z.object({ since: Instant, ageMs: z.int(), lookedAt: Instant });

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

  /**
   * Looks at the clock, and returns the instant up to which time has been counted: not ahead of the clock, nor of the
   * look before by more than a day.
   * @param now milliseconds since 1970
   */
  countedNow(now: number): number {
    const at = new Date(now).toISOString();
    const known = this.#read(COUNTED_TIME, json(CountedTime)) ?? { since: at, ageMs: 0, lookedAt: at };
    const counted = { ...known, ...aged(known, now) };
    this.#write(COUNTED_TIME, JSON.stringify(counted));
    return Math.min(now, Date.parse(counted.since) + counted.ageMs);
  }

  #read<S extends z.ZodType>(key: string, value: S): z.output<S> | undefined {
    return this.db.value(value, sql`SELECT value FROM settings WHERE key = ${key}`);
  }

  #write(key: string, value: string): void {
    this.db.run(sql`INSERT INTO settings VALUES (${key}, ${value}) ON CONFLICT DO UPDATE SET value = excluded.value`);
  }
}
