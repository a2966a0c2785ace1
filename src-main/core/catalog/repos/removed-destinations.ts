import { z } from 'zod';
import { sql, valuesOf } from '../sql.ts';
import { Repo } from '../table.ts';
import { insertRows, Removals, type RemovedRows, readRows } from './removed-rows.ts';

/** Every table whose rows go with a destination; after the snapshots that are stored nowhere else. */
export const DESTINATION_TABLES = [
  'snapshot_copies',
  'trash',
  'storage_days',
  'begun_copies',
  'prune_states',
  'history_destinations',
  'merged_files',
] as const;

/** Every table whose rows go with a snapshot, beside those of its copies. */
export const SNAPSHOT_TABLES = ['manifests', 'verifications'] as const;

/** So many removals can be undone: each keeps the manifests of its snapshots in memory. */
const REMEMBERED = 3;

/** Removes destinations, and remembers what they were for as long as the service runs. */
export class RemovedDestinations extends Repo {
  readonly #removed = new Removals<RemovedRows>(REMEMBERED);

  /** Removes a destination with its secrets and its copies' rows; what has no other copy is forgotten too. */
  remove(id: string): void {
    const secrets = sql`substr(name, 1, length(${secretsOf(id)})) = ${secretsOf(id)}`;
    this.db.transaction(() => {
      const only = valuesOf(
        this.db.column(
          z.string(),
          sql`SELECT snapshot_id FROM snapshot_copies GROUP BY snapshot_id
              HAVING min(destination_id) = ${id} AND max(destination_id) = ${id}`,
        ),
      );
      const rows = [
        ...readRows(this.db, 'destinations', sql`id = ${id}`),
        ...readRows(this.db, 'secrets', secrets),
        ...readRows(this.db, 'snapshots', sql`id IN ${only}`),
        ...SNAPSHOT_TABLES.flatMap((table) => readRows(this.db, table, sql`snapshot_id IN ${only}`)),
        ...DESTINATION_TABLES.flatMap((table) => readRows(this.db, table, sql`destination_id = ${id}`)),
      ];
      this.db.run(sql`DELETE FROM secrets WHERE ${secrets}`);
      this.db.run(sql`DELETE FROM destinations WHERE id = ${id}`);
      this.db.run(sql`DELETE FROM snapshots WHERE id NOT IN (SELECT snapshot_id FROM snapshot_copies)`);
      this.#removed.add(id, rows);
    });
  }

  /**
   * Brings a removed destination back with all that was known of it.
   * @returns whether it was remembered
   * @throws an error of SQLite when its name is taken, or a plan of its snapshots has gone
   */
  bringBack(id: string): boolean {
    return this.#removed.take(id, (rows) => this.db.transaction(() => insertRows(this.db, rows)));
  }
}

/** What the secrets of a destination begin with. */
const secretsOf = (id: string): string => `destination:${id}:`;
