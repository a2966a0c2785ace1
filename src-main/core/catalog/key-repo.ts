import type { KeyFingerprint } from '../../../src-shared/model/encryption.ts';
import type { Database } from '../engine/open-database.ts';

/** The table of sealed keys of databases. None is ever removed: snapshots made with it need it. */
export class KeyRepo {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** The one used last comes first. */
  list(): Array<{ fingerprint: KeyFingerprint; sealed: Buffer }> {
    return this.#db
      .prepare('SELECT fingerprint, sealed FROM database_keys ORDER BY used_at DESC, rowid DESC')
      .all() as Array<{ fingerprint: KeyFingerprint; sealed: Buffer }>;
  }

  save(fingerprint: KeyFingerprint, sealed: Buffer, usedAt: string): void {
    this.#db
      .prepare(
        'INSERT INTO database_keys VALUES (?, ?, ?) ON CONFLICT (fingerprint) DO UPDATE SET sealed = excluded.sealed, used_at = excluded.used_at',
      )
      .run(fingerprint, sealed, usedAt);
  }
}
