import { Manifest } from '../../../src-shared/model/manifest.ts';
import type { Database } from '../engine/open-database.ts';

/** The table of snapshots that another program has made: their manifests are here alone, and not beside their files. */
export class AdoptedRepo {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** The manifest of such a snapshot; `undefined`: it is none. Its name is the path at its destination. */
  manifest(snapshotId: string): Manifest | undefined {
    const text = this.#db
      .prepare('SELECT manifest FROM adopted_snapshots WHERE snapshot_id = ?')
      .pluck()
      .get(snapshotId);
    return text === undefined ? undefined : Manifest.parse(JSON.parse(String(text)));
  }

  /** All such snapshots. */
  ids(): Set<string> {
    return new Set(this.#db.prepare('SELECT snapshot_id FROM adopted_snapshots').pluck().all() as string[]);
  }

  /** The snapshot must be there already. */
  save(manifest: Manifest): void {
    this.#db
      .prepare('INSERT INTO adopted_snapshots VALUES (?, ?) ON CONFLICT DO UPDATE SET manifest = excluded.manifest')
      .run(manifest.id, JSON.stringify(manifest));
  }
}
