import { z } from 'zod';
import { SnapshotTrigger } from '../../../../src-shared/model/manifest.ts';
import { CopyState, SnapshotOrigin } from '../../../../src-shared/model/snapshot.ts';
import { SourceSize } from '../../../../src-shared/model/storage.ts';
import { VerificationLevel } from '../../../../src-shared/model/verification.ts';
import type { RetainedSnapshot } from '../../../../src-shared/retention/retention.ts';
import { among, type Sql, sql, valuesOf } from '../sql.ts';
import { flag, Repo } from '../table.ts';
import { REMOVED, VALID_COPY } from './copy-repo.ts';

/** What the brake weighs. */
const WeighedRow = z.object({
  id: z.string(),
  order: z.int(),
  name: z.string(),
  createdAt: z.string(),
  tableCount: z.int(),
  rowCount: z.int(),
  bytes: z.number(),
});
type WeighedRow = z.output<typeof WeighedRow>;

/** What the rules of retention look at. */
const RetainedRow = z.object({
  id: z.string(),
  order: z.int(),
  origin: SnapshotOrigin,
  createdAt: z.string(),
  trigger: SnapshotTrigger,
  pinned: flag,
  incomplete: flag,
  /** It is stored nowhere. */
  missing: flag,
  /** What its newest verification found, wherever it read; `null`: nothing yet. */
  valid: flag.nullable(),
  level: VerificationLevel,
});
const RetainedOfPlan = z.object({ ...RetainedRow.shape, planId: z.string() });

const KeptRow = z.object({
  ...WeighedRow.shape,
  ...RetainedRow.shape,
  /** What it added to the disk where it was stored first. */
  diskBytes: z.number(),
  /** A verification has found it good once, wherever it read. */
  onceVerified: flag,
});

/** A copy as retention looks at it. */
const KeptCopy = z.object({
  snapshotId: z.string(),
  destinationId: z.string(),
  state: CopyState,
  /** What the newest verification of this copy found; `null`: nothing yet. */
  valid: flag.nullable(),
});
export type KeptCopy = Omit<z.output<typeof KeptCopy>, 'snapshotId'>;

/** A snapshot as retention and the brake look at it, without what only people read. */
export interface KeptSnapshot extends z.output<typeof KeptRow> {
  copies: readonly KeptCopy[];
}

const VALID = sql`iif(s.level = 'none' AND s.valid = 1, NULL, s.valid) AS valid`;
const WEIGHED = sql`s.id, s.number AS "order", s.name, s.created_at AS "createdAt", s.table_count AS "tableCount",
  s.row_count AS "rowCount", s.content_bytes AS bytes`;
const STORED = sql`EXISTS (SELECT 1 FROM snapshot_copies WHERE snapshot_id = s.id AND state = 'stored')`;
const RETAINED = sql`s.id, s.number AS "order", s.origin, s.created_at AS "createdAt", s.trigger, s.pinned, s.incomplete,
  NOT ${STORED} AS missing, ${VALID}, coalesce(s.level, 'none') AS level`;
/** Leaves out snapshots `s` that are being removed everywhere, or are in the trash. */
export const LISTED = sql`s.id NOT IN (SELECT snapshot_id FROM snapshot_copies d WHERE state IN ${REMOVED} AND NOT EXISTS
  (SELECT 1 FROM snapshot_copies WHERE snapshot_id = d.snapshot_id AND state NOT IN ${REMOVED}))`;

const Totals = z.object({ planId: z.string().nullable(), count: z.int(), bytes: z.number() });
const PlanSize = z.object({ planId: z.string(), ...SourceSize.shape });
const Named = z.object({ planId: z.string().nullable(), name: z.string() });

/** What is kept of plans: few and narrow rows, for all that is asked after each backup. */
export class KeptRepo extends Repo {
  /** All snapshots of a plan, the newest first by the order of making. */
  ofPlan(planId: string): KeptSnapshot[] {
    return this.#select(sql`s.plan_id = ${planId}`);
  }

  /** Those of a source that belong to no plan, the newest first. */
  withoutPlan(sourcePath: string): KeptSnapshot[] {
    return this.#select(sql`s.plan_id IS NULL AND s.source_path = ${sourcePath}`);
  }

  /** What retention looks at in the snapshots of plans, by the plan. An index has all of it. */
  retainedOfPlans(planIds: readonly string[]): Map<string, RetainedSnapshot[]> {
    const rows = this.db.all(
      RetainedOfPlan,
      sql`SELECT ${RETAINED}, s.plan_id AS "planId" FROM snapshots s WHERE s.plan_id IN ${valuesOf(planIds)} AND ${LISTED}`,
    );
    return Map.groupBy(rows, ({ planId }) => planId);
  }

  /** The same in those of a source that belong to no plan. */
  retainedOfSource(sourcePath: string): RetainedSnapshot[] {
    return this.db.all(
      RetainedRow,
      sql`SELECT ${RETAINED} FROM snapshots s
          WHERE s.plan_id IS NULL AND s.source_path = ${sourcePath} AND ${LISTED}`,
    );
  }

  /**
   * The newest of a plan's own snapshots that are stored, and those that hold the most tables, rows and bytes: few,
   * however many there are.
   * @param since the number of the oldest that counts
   */
  fullest(planId: string, since: number): WeighedRow[] {
    const most = (order: Sql): Sql =>
      sql`SELECT * FROM (SELECT * FROM content ORDER BY ${order}, "order" DESC LIMIT 2)`;
    return this.db.all(
      WeighedRow,
      sql`WITH content AS MATERIALIZED (
            SELECT ${WEIGHED} FROM snapshots s
            WHERE s.plan_id = ${planId} AND s.number >= ${since} AND s.origin = 'own' AND s.trigger <> 'before-restore'
              AND coalesce(s.valid, 1) = 1 AND ${STORED})
          ${most(sql`NULL`)} UNION ${most(sql`"tableCount" DESC`)}
          UNION ${most(sql`"rowCount" DESC`)} UNION ${most(sql`bytes DESC`)}`,
    );
  }

  /** The number of a plan's newest snapshot; 0: there is none. */
  newestNumber(planId: string): number {
    return this.#number(sql`SELECT coalesce(max(number), 0) FROM snapshots WHERE plan_id = ${planId}`);
  }

  /** The name of the newest of each plan's own snapshots that are dated after an instant; most plans have none. */
  datedAfter(instant: string): Map<string | null, string> {
    // By date: few snapshots, if any, are read.
    const rows = this.db.all(
      Named,
      sql`SELECT s.plan_id AS "planId", s.name, max(s.number) FROM snapshots s
          WHERE s.created_at > ${instant} AND s.origin = 'own' AND ${LISTED} GROUP BY +s.plan_id`,
    );
    return new Map(rows.map(({ planId, name }) => [planId, name]));
  }

  /**
   * How many snapshots of each plan there are, and what they added to the disk where they were stored first.
   * @param planIds without them, of all plans
   */
  totals(planIds?: readonly string[]): Map<string | null, { count: number; bytes: number }> {
    const rows = this.db.all(
      Totals,
      sql`SELECT s.plan_id AS "planId", count(*) AS count, sum(s.disk_bytes) AS bytes FROM snapshots s
          WHERE ${among('s.plan_id', planIds)} AND ${LISTED} GROUP BY s.plan_id`,
    );
    return new Map(rows.map(({ planId, ...totals }) => [planId, totals]));
  }

  /**
   * The size of the source of each plan in its newest snapshot between each two instants that follow each other, oldest
   * first: one look into an index for each, however many snapshots there are.
   * @param instants the newest first @param planIds without them, of all plans
   */
  sizesBetween(instants: readonly string[], planIds?: readonly string[]): Array<z.output<typeof PlanSize>> {
    const spans = instants.slice(1).map((from, index) => [from, instants[index]]);
    return this.db.all(
      PlanSize,
      sql`WITH spans AS MATERIALIZED (SELECT value ->> 0 AS "from", value ->> 1 AS "to" FROM json_each(${JSON.stringify(spans)}))
          SELECT s.plan_id AS "planId", s.created_at AS at, s.content_bytes AS bytes
          FROM plans p CROSS JOIN spans CROSS JOIN snapshots s ON s.number = (
            SELECT number FROM snapshots WHERE plan_id = p.id AND created_at > spans."from" AND created_at <= spans."to"
            ORDER BY created_at DESC LIMIT 1)
          WHERE ${among('p.id', planIds)} ORDER BY at`,
    );
  }

  /** How many snapshots of a plan are stored anywhere. */
  countStored(planId: string): number {
    return this.#number(sql`SELECT count(*) FROM snapshots s WHERE s.plan_id = ${planId} AND ${STORED}`);
  }

  /** Whether any snapshot of a plan is stored anywhere. */
  hasStored(planId: string): boolean {
    return this.db.has(sql`SELECT 1 FROM snapshots s WHERE s.plan_id = ${planId} AND ${STORED} LIMIT 1`);
  }

  #select(condition: Sql): KeptSnapshot[] {
    const found = this.db.all(
      KeptRow,
      sql`SELECT ${RETAINED}, ${WEIGHED}, s.disk_bytes AS "diskBytes", s.once_verified AS "onceVerified"
          FROM snapshots s WHERE ${condition} AND ${LISTED} ORDER BY s.number DESC`,
    );
    const copies = this.db.all(
      KeptCopy,
      sql`SELECT s.id AS "snapshotId", c.destination_id AS "destinationId", c.state, ${VALID_COPY}
          FROM snapshots s CROSS JOIN snapshot_copies c ON c.snapshot_id = s.id
          WHERE ${condition} AND c.state NOT IN ${REMOVED}`,
    );
    const copiesOf = Map.groupBy(copies, ({ snapshotId }) => snapshotId);
    return found.map((row) => ({ ...row, copies: copiesOf.get(row.id) ?? [] }));
  }

  #number(query: Sql): number {
    return this.db.value(z.int(), query) ?? 0;
  }
}
