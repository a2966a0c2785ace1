import { z } from 'zod';
import type { Manifest } from '../../../../src-shared/model/manifest.ts';
import { CopyState } from '../../../../src-shared/model/snapshot.ts';
import { Instant } from '../../../../src-shared/model/values.ts';
import type { Database } from '../../engine/sqlite/open-database.ts';
import { Table } from '../table.ts';

/** A snapshot at one destination. */
const CopyRow = z.object({
  snapshotId: z.string(),
  destinationId: z.string(),
  state: CopyState,
  /** When it came into this state; of one that is being copied, since when it waited. */
  at: Instant,
  message: z.string().nullable(),
});
export type CopyRow = z.infer<typeof CopyRow>;

/** A copy that is still to be made, with its snapshot's plan and what it takes where it was stored first. */
const WaitingCopy = z.object({ ...CopyRow.shape, planId: z.string().nullable(), sizeBytes: z.number() });

/** A copy whose first file may be at a destination without the last. */
const BegunCopy = z.object({ destinationId: z.string(), snapshotId: z.string(), name: z.string() });
export type BegunCopy = z.infer<typeof BegunCopy>;

/** How the copies at one destination stand, of all plans or of one. */
const CopyCounts = z.object({
  destinationId: z.string(),
  stored: z.int(),
  storedBytes: z.number(),
  waiting: z.int(),
  failed: z.int(),
  /** Those that should be there and are not. */
  missing: z.int(),
  /** Since when the oldest waits. */
  waitingSince: Instant.nullable(),
  /** Why they wait: of the newest that says. */
  waitingFor: z.string().nullable(),
  failure: z.string().nullable(),
});
export type CopyCounts = z.infer<typeof CopyCounts>;

/** Of a begun copy `b`: no copy of it is stored or still to be made. */
const NOT_WANTED = `NOT EXISTS (
  SELECT 1 FROM snapshot_copies c WHERE c.destination_id = b.destination_id AND c.snapshot_id = b.snapshot_id)`;

/** The table of where snapshots are. */
export class CopyRepo {
  readonly #db: Database;
  readonly #copies: Table<typeof CopyRow>;
  readonly #begun: Table<typeof BegunCopy>;

  constructor(db: Database) {
    this.#db = db;
    this.#copies = new Table(db, 'snapshot_copies', CopyRow);
    this.#begun = new Table(db, 'begun_copies', BegunCopy);
  }

  ofSnapshot(snapshotId: string): CopyRow[] {
    return this.#copies.all('WHERE snapshot_id = ?', snapshotId);
  }

  at(destinationId: string): CopyRow[] {
    return this.#copies.all('WHERE destination_id = ?', destinationId);
  }

  /** What is still to be copied to a destination, the newest snapshot first, with what it takes where it was stored first. */
  waiting(destinationId: string): Array<z.infer<typeof WaitingCopy>> {
    return this.#db
      .prepare(
        `SELECT ${this.#copies.columns}, s.plan_id AS "planId", s.disk_bytes AS "sizeBytes" FROM snapshot_copies
         JOIN snapshots s ON s.id = snapshot_id
         WHERE destination_id = ? AND state IN ('waiting', 'copying') ORDER BY s.number DESC`,
      )
      .all(destinationId)
      .map((row) => WaitingCopy.parse(row));
  }

  /** Copies that are being removed, or whose removal was interrupted. */
  deleting(destinationId: string): CopyRow[] {
    return this.#copies.all("WHERE destination_id = ? AND state = 'deleting'", destinationId);
  }

  /** The destinations that something waits for, or where something begun or half removed is to be tidied up. */
  awaited(): string[] {
    return this.#db
      .prepare(
        `SELECT destination_id FROM snapshot_copies WHERE state IN ('waiting', 'copying', 'deleting')
         UNION SELECT destination_id FROM begun_copies b WHERE ${NOT_WANTED}`,
      )
      .pluck()
      .all() as string[];
  }

  /** The first file of a copy is about to be stored, and its snapshot is not there yet. */
  markStarted(destinationId: string, { id, name }: { id: string; name: string }): void {
    this.#begun.save({ destinationId, snapshotId: id, name }, ['destinationId', 'snapshotId']);
  }

  /** A copy that was begun is there whole, or nothing of it is. */
  clearStarted(destinationId: string, snapshotId: string): void {
    this.#db
      .prepare('DELETE FROM begun_copies WHERE destination_id = ? AND snapshot_id = ?')
      .run(destinationId, snapshotId);
  }

  /** The copies to a destination that were begun and have not ended. */
  begun(destinationId: string): BegunCopy[] {
    return this.#begun.all('WHERE destination_id = ?', destinationId);
  }

  /** Those of them that are neither there nor to be made any more. */
  abandoned(destinationId: string): BegunCopy[] {
    return this.#begun.all(`b WHERE destination_id = ? AND ${NOT_WANTED}`, destinationId);
  }

  /** How the copies stand at each destination. */
  counts(): Map<string, CopyCounts> {
    return this.#counts('FROM snapshot_copies c JOIN snapshots s ON s.id = c.snapshot_id');
  }

  /** How the copies of a plan stand at each destination. */
  countsOfPlan(planId: string): Map<string, CopyCounts> {
    return this.#counts(
      'FROM snapshots s CROSS JOIN snapshot_copies c ON c.snapshot_id = s.id WHERE s.plan_id = ?',
      planId,
    );
  }

  #counts(from: string, ...values: string[]): Map<string, CopyCounts> {
    const rows = this.#db
      .prepare(
        `SELECT c.destination_id AS "destinationId", sum(state = 'stored') AS stored,
           sum(iif(state = 'stored', s.disk_bytes, 0)) AS "storedBytes",
           sum(state IN ('waiting', 'copying')) AS waiting, sum(state = 'failed') AS failed,
           sum(state = 'missing') AS missing,
           min(iif(state IN ('waiting', 'copying'), at, NULL)) AS "waitingSince",
           max(iif(state IN ('waiting', 'copying'), message, NULL)) AS "waitingFor",
           max(iif(state = 'failed', message, NULL)) AS failure
         ${from} GROUP BY c.destination_id`,
      )
      .all(...values)
      .map((row) => CopyCounts.parse(row));
    return new Map(rows.map((row) => [row.destinationId, row]));
  }

  /** Whether a copy of a plan's snapshots is still to be made. */
  isAnyAwaited(planId: string): boolean {
    const awaited = this.#db.prepare(
      `SELECT 1 FROM snapshot_copies c CROSS JOIN snapshots s ON s.id = c.snapshot_id
       WHERE c.state IN ('waiting', 'copying', 'failed') AND s.plan_id = ? LIMIT 1`,
    );
    return awaited.get(planId) !== undefined;
  }

  set(copy: CopyRow): void {
    this.#copies.save(copy, ['snapshotId', 'destinationId']);
  }

  /** Keeps how a copy is described at its destination. */
  describe(snapshotId: string, destinationId: string, manifest: Manifest): void {
    this.#db
      .prepare('UPDATE snapshot_copies SET manifest = ? WHERE snapshot_id = ? AND destination_id = ?')
      .run(JSON.stringify(manifest), snapshotId, destinationId);
  }

  /** A copy is wanted; where there is any already, that stays as it is. */
  enqueue(snapshotId: string, destinationId: string, at: string): void {
    this.#db
      .prepare(
        "INSERT INTO snapshot_copies (snapshot_id, destination_id, state, at) VALUES (?, ?, 'waiting', ?) ON CONFLICT DO NOTHING",
      )
      .run(snapshotId, destinationId, at);
  }

  /** Everything that waits for a destination waits for this, or for nothing that is known. */
  explainWaiting(destinationId: string, message: string | null): void {
    this.#db
      .prepare("UPDATE snapshot_copies SET message = ? WHERE destination_id = ? AND state IN ('waiting', 'copying')")
      .run(message, destinationId);
  }

  /** Nothing that waits for a destination can be copied there before somebody has done something about it. */
  failWaiting(destinationId: string, at: string, message: string): void {
    this.#db
      .prepare(
        `UPDATE snapshot_copies SET state = 'failed', at = ?, message = ?
         WHERE destination_id = ? AND state IN ('waiting', 'copying')`,
      )
      .run(at, message, destinationId);
  }

  /** What had failed is tried again. */
  retryFailed(destinationId: string, at: string): void {
    this.#db
      .prepare(
        "UPDATE snapshot_copies SET state = 'waiting', at = ?, message = NULL WHERE destination_id = ? AND state = 'failed'",
      )
      .run(at, destinationId);
  }

  /** What was being copied when Snapkeep ended is still to be copied. */
  restartCopying(): void {
    this.#db.prepare("UPDATE snapshot_copies SET state = 'waiting' WHERE state = 'copying'").run();
  }

  remove(snapshotId: string, destinationId: string): void {
    this.#db
      .prepare('DELETE FROM snapshot_copies WHERE snapshot_id = ? AND destination_id = ?')
      .run(snapshotId, destinationId);
  }

  /** Nothing of a plan is to be copied to a destination any more. */
  dequeue(planId: string, destinationId: string): void {
    this.#db
      .prepare(
        `DELETE FROM snapshot_copies WHERE destination_id = ? AND state IN ('waiting', 'failed')
           AND snapshot_id IN (SELECT id FROM snapshots WHERE plan_id = ?)`,
      )
      .run(destinationId, planId);
  }
}
