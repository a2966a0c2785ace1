import type { Database } from '../engine/open-database.ts';
import type { SealSecret } from '../engine/seal.ts';

/** A secret of a seal as it is kept. */
export interface KeptSealSecret {
  fingerprint: string;
  kind: SealSecret['kind'];
  sealed: Buffer;
}

/** The tables of sealed secrets of seals. None is ever removed: snapshots sealed with it need it. */
export class SealRepo {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** The one used last comes first. */
  list(): KeptSealSecret[] {
    return this.#db
      .prepare('SELECT fingerprint, kind, sealed FROM seal_secrets ORDER BY used_at DESC, rowid DESC')
      .all() as KeptSealSecret[];
  }

  save({ fingerprint, kind, sealed }: KeptSealSecret, usedAt: string): void {
    this.#db
      .prepare(
        'INSERT INTO seal_secrets VALUES (?, ?, ?, ?) ON CONFLICT (fingerprint) DO UPDATE SET sealed = excluded.sealed, used_at = excluded.used_at',
      )
      .run(fingerprint, kind, sealed, usedAt);
  }

  /** The secrets a plan has had, the newest first. */
  ofPlan(planId: string): Array<{ fingerprint: string; kind: SealSecret['kind'] }> {
    return this.#db
      .prepare(
        'SELECT fingerprint, kind FROM plan_seal_secrets JOIN seal_secrets USING (fingerprint) WHERE plan_id = ? ORDER BY since DESC, plan_seal_secrets.rowid DESC',
      )
      .all(planId) as Array<{ fingerprint: string; kind: SealSecret['kind'] }>;
  }

  /** From now on a plan has this secret; those of its kind that it had stay known as its own. */
  assign(planId: string, fingerprint: string, since: string): void {
    this.#db.prepare('INSERT OR REPLACE INTO plan_seal_secrets VALUES (?, ?, ?)').run(planId, fingerprint, since);
  }
}
