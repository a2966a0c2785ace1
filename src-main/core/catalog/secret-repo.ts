import type { SecretName } from '../../../src-shared/model/settings.ts';
import type { Database } from '../engine/open-database.ts';

/** The table of sealed secrets. */
export class SecretRepo {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  names(): string[] {
    return this.#db.prepare('SELECT name FROM secrets').pluck().all() as string[];
  }

  get(name: SecretName): Buffer | undefined {
    return this.#db.prepare('SELECT sealed FROM secrets WHERE name = ?').pluck().get(name) as Buffer | undefined;
  }

  save(name: SecretName, sealed: Buffer): void {
    this.#db
      .prepare('INSERT INTO secrets VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed')
      .run(name, sealed);
  }

  remove(name: SecretName): void {
    this.#db.prepare('DELETE FROM secrets WHERE name = ?').run(name);
  }
}
