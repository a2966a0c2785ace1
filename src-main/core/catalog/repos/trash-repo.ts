import { z } from 'zod';
import { Instant } from '../../../../src-shared/model/values.ts';
import { type Sql, sql } from '../sql.ts';
import { Repo, Table } from '../table.ts';
import { isCopy } from './copy-repo.ts';

/** A copy in the trash of its folder. */
const TrashRow = z.object({
  snapshotId: z.string(),
  destinationId: z.string(),
  deletedAt: Instant,
  /** How long it has been there, in milliseconds, and when that was counted last. */
  ageMs: z.int(),
  lookedAt: Instant,
});
export type TrashRow = z.infer<typeof TrashRow>;

/** The table of what a person deleted and can put back. */
export class TrashRepo extends Repo {
  readonly #rows = new Table(this.db, 'trash', TrashRow);

  /** What is in the trash, the newest first. */
  list(where: { planId?: string | undefined; destinationId?: string | undefined } = {}): TrashRow[] {
    const { planId, destinationId } = where;
    const ofPlan: Sql =
      planId === undefined ? sql`1` : sql`snapshot_id IN (SELECT id FROM snapshots WHERE plan_id = ${planId})`;
    const there: Sql = destinationId === undefined ? sql`1` : sql`destination_id = ${destinationId}`;
    return this.#rows.all(sql`WHERE ${ofPlan} AND ${there} ORDER BY age_ms, deleted_at DESC, snapshot_id`);
  }

  /** Enters a copy, unless it is there: a move that is finished later is as old as it was begun. */
  enter(snapshotId: string, destinationId: string, at: string): void {
    this.db.run(
      sql`INSERT INTO trash (snapshot_id, destination_id, deleted_at, age_ms, looked_at)
          VALUES (${snapshotId}, ${destinationId}, ${at}, 0, ${at}) ON CONFLICT DO NOTHING`,
    );
  }

  has(snapshotId: string, destinationId: string): boolean {
    return this.db.has(sql`SELECT 1 FROM trash WHERE ${isCopy(snapshotId, destinationId)}`);
  }

  save(row: TrashRow): void {
    this.#rows.save(row, ['snapshotId', 'destinationId']);
  }

  /** A copy is back where it was. */
  remove(snapshotId: string, destinationId: string): void {
    this.db.run(sql`DELETE FROM trash WHERE ${isCopy(snapshotId, destinationId)}`);
  }
}
