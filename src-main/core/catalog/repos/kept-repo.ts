import type { SnapshotTrigger } from '../../../../src-shared/model/manifest.ts';
import type { CopyState, SnapshotOrigin } from '../../../../src-shared/model/snapshot.ts';
import type { VerificationLevel } from '../../../../src-shared/model/verification.ts';
import type { WeighedSnapshot } from '../../../../src-shared/retention/prune-brake.ts';
import type { Database } from '../../engine/sqlite/open-database.ts';

/** A copy as retention looks at it. */
export interface KeptCopy {
  destinationId: string;
  state: CopyState;
  /** What the newest verification of this copy found; `null`: nothing yet. */
  valid: boolean | null;
}

/** A snapshot as retention and the brake look at it: without what only people read. */
export interface KeptSnapshot extends WeighedSnapshot {
  origin: SnapshotOrigin;
  trigger: SnapshotTrigger;
  pinned: boolean;
  /** It is stored nowhere. */
  missing: boolean;
  incomplete: boolean;
  /** What it added to the disk where it was stored first. */
  diskBytes: number;
  /** What its newest verification found, wherever it read; `null`: nothing yet. */
  valid: boolean | null;
  level: VerificationLevel;
  /** A verification has found it good once, wherever it read. */
  onceVerified: boolean;
  copies: KeptCopy[];
}

interface KeptRow
  extends Omit<KeptSnapshot, 'pinned' | 'missing' | 'incomplete' | 'valid' | 'onceVerified' | 'copies'> {
  pinned: number;
  incomplete: number;
  valid: number | null;
  onceVerified: number;
  destinationId: string | null;
  state: CopyState;
  copyValid: number | null;
}

/** What has been read and hashed and could not be opened is as unverified as what was never read. */
const VALID = "iif(v.level = 'none' AND v.valid = 1, NULL, v.valid)";
const CONTENT = `s.id, s.number AS "order", s.name, s.created_at AS "createdAt", s.table_count AS "tableCount",
  s.row_count AS "rowCount", s.content_bytes AS bytes`;
const NEWEST_VERIFICATION = `LEFT JOIN verifications v ON v.number =
  (SELECT max(number) FROM verifications WHERE snapshot_id = s.id)`;
const STORED = "EXISTS (SELECT 1 FROM snapshot_copies WHERE snapshot_id = s.id AND state = 'stored')";
/** Leaves out those that are being removed everywhere. */
export const LISTED = `(EXISTS (SELECT 1 FROM snapshot_copies c WHERE c.snapshot_id = s.id AND c.state <> 'deleting')
  OR NOT EXISTS (SELECT 1 FROM snapshot_copies c WHERE c.snapshot_id = s.id))`;

/** What is kept of plans: few and narrow rows, for all that is asked after each backup. */
export class KeptRepo {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** All snapshots of a plan, the newest first by the order of making. */
  ofPlan(planId: string): KeptSnapshot[] {
    const rows = this.#db
      .prepare(
        `SELECT ${CONTENT}, s.origin, s.trigger, s.pinned, s.incomplete, s.disk_bytes AS "diskBytes",
           ${VALID} AS valid, coalesce(v.level, 'none') AS level,
           EXISTS (SELECT 1 FROM verifications WHERE snapshot_id = s.id AND valid = 1 AND level <> 'none')
             AS "onceVerified",
           c.destination_id AS "destinationId", c.state,
           (SELECT ${VALID} FROM verifications v WHERE v.snapshot_id = c.snapshot_id
              AND v.destination_id = c.destination_id ORDER BY v.number DESC LIMIT 1) AS "copyValid"
         FROM snapshots s ${NEWEST_VERIFICATION}
         LEFT JOIN snapshot_copies c ON c.snapshot_id = s.id AND c.state <> 'deleting'
         WHERE s.plan_id = ? AND ${LISTED} ORDER BY s.number DESC`,
      )
      .all(planId) as KeptRow[];
    const found: KeptSnapshot[] = [];
    for (const { destinationId, state, copyValid, ...row } of rows) {
      let snapshot = found.at(-1);
      if (snapshot?.id !== row.id) {
        snapshot = {
          ...row,
          pinned: row.pinned === 1,
          missing: true,
          incomplete: row.incomplete === 1,
          valid: toBoolean(row.valid),
          onceVerified: row.onceVerified === 1,
          copies: [],
        };
        found.push(snapshot);
      }
      if (destinationId === null) continue;
      snapshot.copies.push({ destinationId, state, valid: toBoolean(copyValid) });
      if (state === 'stored') snapshot.missing = false;
    }
    return found;
  }

  /**
   * The newest of a plan's own snapshots that are stored, and those that hold the most tables, rows and bytes: few,
   * however many there are.
   * @param since the number of the oldest that is looked at
   */
  fullest(planId: string, since: number): WeighedSnapshot[] {
    const most = (order: string): string => `SELECT * FROM (SELECT * FROM content ORDER BY ${order} LIMIT 2)`;
    return this.#db
      .prepare(
        `WITH content AS MATERIALIZED (
           SELECT ${CONTENT} FROM snapshots s ${NEWEST_VERIFICATION}
           WHERE s.plan_id = ? AND s.number >= ? AND s.origin = 'own' AND s.trigger <> 'before-restore'
             AND coalesce(v.valid, 1) = 1 AND ${STORED})
         ${most('"order" DESC')} UNION ${most('"tableCount" DESC, "order" DESC')}
         UNION ${most('"rowCount" DESC, "order" DESC')} UNION ${most('bytes DESC, "order" DESC')}`,
      )
      .all(planId, since) as WeighedSnapshot[];
  }

  /** The number of a plan's newest snapshot; 0: there is none. */
  newestNumber(planId: string): number {
    return this.#db
      .prepare('SELECT coalesce(max(number), 0) FROM snapshots WHERE plan_id = ?')
      .pluck()
      .get(planId) as number;
  }

  /** The name of the newest of a plan's own snapshots that are dated after an instant; `null`: none is. */
  datedAfter(planId: string, instant: string): string | null {
    const found = this.#db
      .prepare(
        `SELECT s.name FROM snapshots s WHERE s.plan_id = ? AND s.created_at > ? AND s.origin = 'own' AND ${LISTED}
         ORDER BY s.number DESC LIMIT 1`,
      )
      .pluck()
      .get(planId, instant);
    return found === undefined ? null : String(found);
  }

  /** How many snapshots of a plan there are, and what they added to the disk where they were stored first. */
  totals(planId: string): { count: number; bytes: number } {
    return this.#db
      .prepare(
        `SELECT count(*) AS count, coalesce(sum(s.disk_bytes), 0) AS bytes FROM snapshots s
         WHERE s.plan_id = ? AND ${LISTED}`,
      )
      .get(planId) as { count: number; bytes: number };
  }

  /** How many snapshots of a plan are stored anywhere. */
  countStored(planId: string): number {
    return this.#db
      .prepare(`SELECT count(*) FROM snapshots s WHERE s.plan_id = ? AND ${STORED}`)
      .pluck()
      .get(planId) as number;
  }

  /** Whether any snapshot of a plan is stored anywhere. */
  hasStored(planId: string): boolean {
    return (
      this.#db.prepare(`SELECT 1 FROM snapshots s WHERE s.plan_id = ? AND ${STORED} LIMIT 1`).get(planId) !== undefined
    );
  }
}

const toBoolean = (value: number | null): boolean | null => (value === null ? null : value === 1);
