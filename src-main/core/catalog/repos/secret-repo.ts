import type { SecretName } from '../../../../src-shared/model/settings.ts';
import type { Database } from '../../engine/sqlite/open-database.ts';

/** What opens databases, and what opens encrypted snapshots. */
export type DecryptionSecretKind = 'key' | 'passphrase' | 'identity';

/**
 * What a secret is kept under: one of the application's, a field of a destination, `destination:<id>:<field>`, or what
 * opens something by its fingerprint, `<kind>:<fingerprint>`. Decryption secrets are never removed: snapshots need them.
 */
export type StoredSecretName = SecretName | `destination:${string}:${string}` | `${DecryptionSecretKind}:${string}`;

/** The tables of encrypted secrets, and of those that a plan has had. */
export class SecretRepo {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  names(): string[] {
    return this.#db.prepare('SELECT name FROM secrets').pluck().all() as string[];
  }

  get(name: StoredSecretName): Buffer | undefined {
    return this.#db.prepare('SELECT encrypted FROM secrets WHERE name = ?').pluck().get(name) as Buffer | undefined;
  }

  /** What opens something, the one used last first. */
  decryptionSecrets(kind: DecryptionSecretKind): Array<{ fingerprint: string; encrypted: Buffer }> {
    const prefix = `${kind}:`;
    return this.#db
      .prepare(
        'SELECT substr(name, length(:prefix) + 1) AS fingerprint, encrypted FROM secrets WHERE substr(name, 1, length(:prefix)) = :prefix ORDER BY used_at DESC, rowid DESC',
      )
      .all({ prefix }) as Array<{ fingerprint: string; encrypted: Buffer }>;
  }

  save(name: StoredSecretName, encrypted: Buffer, usedAt: string): void {
    this.#db
      .prepare(
        'INSERT INTO secrets VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET encrypted = excluded.encrypted, used_at = excluded.used_at',
      )
      .run(name, encrypted, usedAt);
  }

  remove(name: StoredSecretName): void {
    this.#db.prepare('DELETE FROM secrets WHERE name = ?').run(name);
  }

  /** The decryption secrets that a plan has had, the newest first. */
  ofPlan(planId: string): StoredSecretName[] {
    return this.#db
      .prepare('SELECT name FROM plan_secrets WHERE plan_id = ? ORDER BY since DESC, rowid DESC')
      .pluck()
      .all(planId) as StoredSecretName[];
  }

  /** From now on a plan has this decryption secret; those that it had stay known as its own. */
  assign(planId: string, name: StoredSecretName, since: string): void {
    this.#db.prepare('INSERT OR REPLACE INTO plan_secrets VALUES (?, ?, ?)').run(planId, name, since);
  }
}
