import type { SecretName } from '../../../src-shared/model/settings.ts';
import type { Database } from '../engine/open-database.ts';

/** What a secret is kept under: one of the application's, or a field of a destination, `destination:<id>:<field>`. */
export type StoredSecretName = SecretName | `destination:${string}:${string}`;

/** The table of sealed secrets. */
export class SecretRepo {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  names(): string[] {
    return this.#db.prepare('SELECT name FROM secrets').pluck().all() as string[];
  }

  get(name: StoredSecretName): Buffer | undefined {
    return this.#db.prepare('SELECT sealed FROM secrets WHERE name = ?').pluck().get(name) as Buffer | undefined;
  }

  save(name: StoredSecretName, sealed: Buffer): void {
    this.#db
      .prepare('INSERT INTO secrets VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed')
      .run(name, sealed);
  }

  remove(name: StoredSecretName): void {
    this.#db.prepare('DELETE FROM secrets WHERE name = ?').run(name);
  }
}
