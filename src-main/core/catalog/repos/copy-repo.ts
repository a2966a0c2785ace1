import type { Manifest } from '../../../../src-shared/model/manifest.ts';
import type { CopyState } from '../../../../src-shared/model/snapshot.ts';
import type { Database } from '../../engine/sqlite/open-database.ts';

/** A snapshot at one destination. */
export interface CopyRow {
  snapshotId: string;
  destinationId: string;
  state: CopyState;
  /** When it came into this state; of one that is being copied, since when it waited. */
  at: string;
  message: string | null;
}

/** A copy whose first file may be at a destination without the last. */
export interface BegunCopy {
  snapshotId: string;
  name: string;
}

/** How the copies at one destination stand, of all plans or of one. */
export interface CopyCounts {
  destinationId: string;
  stored: number;
  storedBytes: number;
  waiting: number;
  failed: number;
  /** Those that should be there and are not. */
  missing: number;
  /** Since when the oldest waits. */
  waitingSince: string | null;
  /** Why they wait: of the newest that says. */
  waitingFor: string | null;
  failure: string | null;
}

const ABANDONED = `SELECT destination_id, snapshot_id, name FROM begun_copies b WHERE NOT EXISTS (
  SELECT 1 FROM snapshot_copies c WHERE c.destination_id = b.destination_id AND c.snapshot_id = b.snapshot_id)`;
const COLUMNS = 'snapshot_id AS "snapshotId", destination_id AS "destinationId", state, at, message';

/** The table of where snapshots are. */
export class CopyRepo {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  ofSnapshot(snapshotId: string): CopyRow[] {
    return this.#db
      .prepare(`SELECT ${COLUMNS} FROM snapshot_copies WHERE snapshot_id = ?`)
      .all(snapshotId) as CopyRow[];
  }

  at(destinationId: string): CopyRow[] {
    return this.#db
      .prepare(`SELECT ${COLUMNS} FROM snapshot_copies WHERE destination_id = ?`)
      .all(destinationId) as CopyRow[];
  }

  /** What is still to be copied to a destination, the newest snapshot first, with what it takes where it was stored first. */
  waiting(destinationId: string): Array<CopyRow & { planId: string | null; sizeBytes: number }> {
    return this.#db
      .prepare(
        `SELECT ${COLUMNS}, s.plan_id AS "planId", s.disk_bytes AS "sizeBytes" FROM snapshot_copies
         JOIN snapshots s ON s.id = snapshot_id
         WHERE destination_id = ? AND state IN ('waiting', 'copying') ORDER BY s.number DESC`,
      )
      .all(destinationId) as Array<CopyRow & { planId: string | null; sizeBytes: number }>;
  }

  /** Copies that are being removed, or whose removal was cut off. */
  deleting(destinationId: string): CopyRow[] {
    return this.#db
      .prepare(`SELECT ${COLUMNS} FROM snapshot_copies WHERE destination_id = ? AND state = 'deleting'`)
      .all(destinationId) as CopyRow[];
  }

  /** The destinations that something waits for, or where something begun or half removed is to be tidied up. */
  awaited(): string[] {
    return this.#db
      .prepare(
        `SELECT destination_id FROM snapshot_copies WHERE state IN ('waiting', 'copying', 'deleting')
         UNION SELECT destination_id FROM (${ABANDONED})`,
      )
      .pluck()
      .all() as string[];
  }

  /** The first file of a copy is about to be stored, and its snapshot is not there yet. */
  begin(destinationId: string, { id, name }: { id: string; name: string }): void {
    this.#db
      .prepare('INSERT INTO begun_copies (destination_id, snapshot_id, name) VALUES (?, ?, ?) ON CONFLICT DO NOTHING')
      .run(destinationId, id, name);
  }

  /** A copy that was begun is there whole, or nothing of it is. */
  endBegun(destinationId: string, snapshotId: string): void {
    this.#db
      .prepare('DELETE FROM begun_copies WHERE destination_id = ? AND snapshot_id = ?')
      .run(destinationId, snapshotId);
  }

  /** The copies to a destination that were begun and have not ended. */
  begun(destinationId: string): BegunCopy[] {
    return this.#db
      .prepare('SELECT snapshot_id AS "snapshotId", name FROM begun_copies WHERE destination_id = ?')
      .all(destinationId) as BegunCopy[];
  }

  /** Those of them that are neither there nor to be made any more. */
  abandoned(destinationId: string): BegunCopy[] {
    return this.#db
      .prepare(`SELECT snapshot_id AS "snapshotId", name FROM (${ABANDONED}) WHERE destination_id = ?`)
      .all(destinationId) as BegunCopy[];
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
      .all(...values) as CopyCounts[];
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

  set({ snapshotId, destinationId, state, at, message }: CopyRow): void {
    this.#db
      .prepare(
        `INSERT INTO snapshot_copies (snapshot_id, destination_id, state, at, message)
         VALUES (@snapshotId, @destinationId, @state, @at, @message)
         ON CONFLICT DO UPDATE SET state = @state, at = @at, message = @message`,
      )
      .run({ snapshotId, destinationId, state, at, message });
  }

  /** Keeps how a copy is described at its destination. */
  describe(snapshotId: string, destinationId: string, manifest: Manifest): void {
    this.#db
      .prepare('UPDATE snapshot_copies SET manifest = ? WHERE snapshot_id = ? AND destination_id = ?')
      .run(JSON.stringify(manifest), snapshotId, destinationId);
  }

  /** A copy is wanted; where there is any already, that stays as it is. */
  want(snapshotId: string, destinationId: string, at: string): void {
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
  unwant(planId: string, destinationId: string): void {
    this.#db
      .prepare(
        `DELETE FROM snapshot_copies WHERE destination_id = ? AND state IN ('waiting', 'failed')
           AND snapshot_id IN (SELECT id FROM snapshots WHERE plan_id = ?)`,
      )
      .run(destinationId, planId);
  }
}
