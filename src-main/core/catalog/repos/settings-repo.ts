import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { SavedRecoveryKit } from '../../../../src-shared/model/recovery/recovery-kit.ts';
import { Pause } from '../../../../src-shared/model/schedule.ts';
import { DEFAULT_SETTINGS, Settings } from '../../../../src-shared/model/settings.ts';
import type { Database } from '../../engine/sqlite/open-database.ts';

const MACHINE = 'machine';
const PAUSE = 'pause';
const RECOVERY_KIT = 'recovery-kit';
const SERVICE_ID = 'service-id';
const SETTINGS = 'settings';

/** The table of settings. */
export class SettingsRepo {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  get(): Settings {
    const value = this.#read(SETTINGS);
    return value === undefined
      ? DEFAULT_SETTINGS
      : Settings.parse({ ...DEFAULT_SETTINGS, ...z.looseObject({}).parse(JSON.parse(value)) });
  }

  save(settings: Settings): void {
    this.#write(SETTINGS, JSON.stringify(settings));
  }

  /** The pause of everything, whether or not it is over. */
  pause(): Pause | null {
    const value = this.#read(PAUSE);
    return value === undefined ? null : Pause.nullable().parse(JSON.parse(value));
  }

  savePause(pause: Pause | null): void {
    this.#write(PAUSE, JSON.stringify(pause));
  }

  /** The recovery kit that was saved last. */
  recoveryKit(): SavedRecoveryKit | null {
    const value = this.#read(RECOVERY_KIT);
    return value === undefined ? null : SavedRecoveryKit.parse(JSON.parse(value));
  }

  saveRecoveryKit(saved: SavedRecoveryKit): void {
    this.#write(RECOVERY_KIT, JSON.stringify(saved));
  }

  /** The id of the service that owns this catalog: random, and made once. Manifests carry it. */
  serviceId(): string {
    const known = this.#read(SERVICE_ID);
    if (known !== undefined) return z.uuid().parse(known);
    const made = randomUUID();
    this.#write(SERVICE_ID, made);
    return made;
  }

  /** The machine on which this catalog was opened last; `undefined`: it is new. */
  machine(): string | undefined {
    return this.#read(MACHINE);
  }

  saveMachine(machine: string): void {
    this.#write(MACHINE, machine);
  }

  #read(key: string): string | undefined {
    return z.string().optional().parse(this.#db.prepare('SELECT value FROM settings WHERE key = ?').pluck().get(key));
  }

  #write(key: string, value: string): void {
    this.#db
      .prepare('INSERT INTO settings VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value')
      .run(key, value);
  }
}
