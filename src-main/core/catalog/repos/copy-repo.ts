import { z } from 'zod';
import type { Manifest } from '../../../../src-shared/model/manifest.ts';
import { CopyState } from '../../../../src-shared/model/snapshot.ts';
import { DestinationStorage } from '../../../../src-shared/model/storage.ts';
import { Instant } from '../../../../src-shared/model/values.ts';
import { among, Sql, sql } from '../sql.ts';
import { flag, Repo, Table } from '../table.ts';

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

/** A copy that is at a destination, or was, by its name there. */
const NamedCopy = z.object({
  snapshotId: z.string(),
  name: z.string(),
  sizeBytes: z.number(),
  state: CopyState,
  /** What the newest verification of this copy found; `null`: nothing yet. */
  valid: flag.nullable(),
  hasAttachedFiles: flag,
  /** Its manifest lies beside it: another program has not made it. */
  isDescribed: flag,
});
export type NamedCopy = z.infer<typeof NamedCopy>;

/** How many copies of a plan are in a state at a destination. */
const CopyCount = z.object({
  planId: z.string().nullable(),
  destinationId: z.string(),
  state: CopyState,
  count: z.int(),
  bytes: z.number(),
});

/** Why copies of a plan to a destination are not stored yet. */
const CopyDelay = z.object({
  planId: z.string().nullable(),
  destinationId: z.string(),
  /** Since when the oldest waits. */
  waitingSince: Instant.nullable(),
  /** Why they wait: of the newest that says. */
  waitingFor: z.string().nullable(),
  failure: z.string().nullable(),
});

/** How copies at one destination stand. */
export interface CopyCounts extends Pick<z.infer<typeof CopyDelay>, 'waitingSince' | 'waitingFor' | 'failure'> {
  stored: number;
  storedBytes: number;
  waiting: number;
  failed: number;
  /** Those that should be there and are not. */
  missing: number;
  trashed: number;
  trashedBytes: number;
}

const NO_DELAY = { waitingSince: null, waitingFor: null, failure: null };
const NO_COPIES = { stored: 0, storedBytes: 0, waiting: 0, failed: 0, missing: 0, trashed: 0, trashedBytes: 0 };
const COUNTED_AS = {
  stored: 'stored',
  waiting: 'waiting',
  copying: 'waiting',
  failed: 'failed',
  missing: 'missing',
  deleting: null,
  trashing: 'trashed',
  trashed: 'trashed',
} as const satisfies Record<CopyState, keyof typeof NO_COPIES | null>;

/** The states of a copy that is no longer listed: it is being removed, or in the trash. */
export const REMOVED = sql`('deleting', 'trashing', 'trashed')`;

/** Which copies are meant: those of a plan at a destination. */
export const copiesOf = (planId: string | null, destinationId: string): string => `${planId} ${destinationId}`;

/** What the file of a copy `c` of a snapshot `s` is called. */
export const COPY_NAME = sql`coalesce(c.name, s.name)`;

/** What has been read and hashed and could not be opened is as unverified as what was never read. */
export const VALID_COPY = sql`iif(c.level = 'none' AND c.valid = 1, NULL, c.valid) AS valid`;

/** Of a begun copy `b`: no copy of it is stored or still to be made. */
const NOT_WANTED = sql`NOT EXISTS (
  SELECT 1 FROM snapshot_copies c WHERE c.destination_id = b.destination_id AND c.snapshot_id = b.snapshot_id)`;

/** A condition of one copy. */
export const isCopy = (snapshotId: string, destinationId: string | null): Sql =>
  sql`snapshot_id = ${snapshotId} AND destination_id = ${destinationId}`;

/** The table of where snapshots are. */
export class CopyRepo extends Repo {
  readonly #copies = new Table(this.db, 'snapshot_copies', CopyRow);
  readonly #begun = new Table(this.db, 'begun_copies', BegunCopy);

  get(snapshotId: string, destinationId: string): CopyRow | undefined {
    return this.#copies.get(sql`WHERE ${isCopy(snapshotId, destinationId)}`);
  }

  ofSnapshot(snapshotId: string): CopyRow[] {
    return this.#copies.all(sql`WHERE snapshot_id = ${snapshotId}`);
  }

  at(destinationId: string): CopyRow[] {
    return this.#copies.all(sql`WHERE destination_id = ${destinationId}`);
  }

  /** The copies that are at a destination, or were, the newest snapshot first. */
  named(destinationId: string): NamedCopy[] {
    return this.db.all(
      NamedCopy,
      sql`SELECT s.id AS "snapshotId", ${COPY_NAME} AS name, s.size_bytes AS "sizeBytes", c.state, ${VALID_COPY},
            s.attached_files <> '[]' AS "hasAttachedFiles", s.service_id IS NOT NULL AS "isDescribed" FROM snapshot_copies c CROSS JOIN snapshots s ON s.id = c.snapshot_id
          WHERE c.destination_id = ${destinationId} AND c.state IN ('stored', 'missing') ORDER BY s.number DESC`,
    );
  }

  /** What is still to be copied to a destination, the newest snapshot first, with what it takes where it was stored first. */
  waiting(destinationId: string): Array<z.infer<typeof WaitingCopy>> {
    return this.db.all(
      WaitingCopy,
      sql`SELECT ${this.#copies.columns}, s.plan_id AS "planId", s.disk_bytes AS "sizeBytes" FROM snapshot_copies
          JOIN snapshots s ON s.id = snapshot_id
          WHERE destination_id = ${destinationId} AND state IN ('waiting', 'copying') ORDER BY s.number DESC`,
    );
  }

  /** Copies that are being removed or moved, or whose removal was interrupted. */
  unfinished(destinationId: string): CopyRow[] {
    return this.#copies.all(sql`WHERE destination_id = ${destinationId} AND state IN ('deleting', 'trashing')`);
  }

  /** The destinations that something waits for, or where something begun or half removed is to be tidied up. */
  awaited(): string[] {
    return this.db.column(
      z.string(),
      sql`SELECT destination_id FROM snapshot_copies WHERE state IN ('waiting', 'copying', 'deleting', 'trashing')
          UNION SELECT destination_id FROM begun_copies b WHERE ${NOT_WANTED}`,
    );
  }

  /** The first file of a copy is about to be stored under a name, and its snapshot is not stored yet. */
  markStarted(destinationId: string, { id, name }: { id: string; name: string }): void {
    this.#begun.save({ destinationId, snapshotId: id, name }, ['destinationId', 'snapshotId']);
  }

  /** What a copy is called at a destination, or is to be: as when it was begun or stored there, or as its snapshot. */
  nameOf({ id, name }: { id: string; name: string }, destinationId: string): string {
    const known = sql`SELECT coalesce(
        (SELECT name FROM begun_copies WHERE destination_id = ${destinationId} AND snapshot_id = ${id}),
        (SELECT name FROM snapshot_copies WHERE destination_id = ${destinationId} AND snapshot_id = ${id}), ${name})`;
    return this.db.value(z.string(), known) ?? name;
  }

  /** A copy that was begun is stored completely, or nothing of it is. */
  clearStarted(destinationId: string, snapshotId: string): void {
    this.db.run(sql`DELETE FROM begun_copies WHERE destination_id = ${destinationId} AND snapshot_id = ${snapshotId}`);
  }

  /** The copies to a destination that were begun and have not ended. */
  begun(destinationId: string): BegunCopy[] {
    return this.#begun.all(sql`WHERE destination_id = ${destinationId}`);
  }

  /** Those of them that are neither there nor to be made any more. */
  abandoned(destinationId: string): BegunCopy[] {
    return this.#begun.all(sql`b WHERE destination_id = ${destinationId} AND ${NOT_WANTED}`);
  }

  /** How the copies stand at each destination, those of all plans together. */
  countsByDestination(): Map<string, CopyCounts> {
    return this.#counts('NULL', undefined, ({ destinationId }) => destinationId);
  }

  /**
   * How the copies of each plan stand at each destination, by {@link copiesOf}.
   * @param planIds without them, of all plans
   */
  countsByPlan(planIds?: readonly string[]): Map<string, CopyCounts> {
    return this.#counts('plan_id', planIds, ({ planId, destinationId }) => copiesOf(planId, destinationId));
  }

  #counts(
    planId: 'plan_id' | 'NULL',
    planIds: readonly string[] | undefined,
    keyOf: (row: { planId: string | null; destinationId: string }) => string,
  ): Map<string, CopyCounts> {
    const ids = sql`${new Sql(planId)} AS "planId", destination_id AS "destinationId"`;
    const group = planId === 'NULL' ? sql`destination_id` : sql`plan_id, destination_id`;
    const ofPlans = among('plan_id', planIds);
    const delays = this.db.all(
      CopyDelay,
      sql`SELECT ${ids}, min(iif(state <> 'failed', at, NULL)) AS "waitingSince",
            max(iif(state <> 'failed', message, NULL)) AS "waitingFor", max(iif(state = 'failed', message, NULL)) AS failure
          FROM snapshot_copies WHERE state IN ('waiting', 'copying', 'failed') AND ${ofPlans} GROUP BY ${group}`,
    );
    const found = this.db.all(
      CopyCount,
      sql`SELECT ${ids}, state, count(*) AS count, sum(disk_bytes) AS bytes FROM snapshot_copies
          WHERE ${ofPlans} GROUP BY ${group}, state`,
    );
    const delayOf = new Map(delays.map((delay) => [keyOf(delay), delay]));
    const counts = new Map<string, CopyCounts>();
    for (const { state, count, bytes, ...ids } of found) {
      const key = keyOf(ids);
      const { waitingSince, waitingFor, failure } = delayOf.get(key) ?? NO_DELAY;
      const known = counts.get(key) ?? { ...NO_COPIES, waitingSince, waitingFor, failure };
      const counted = COUNTED_AS[state];
      if (counted !== null) known[counted] += count;
      if (state === 'stored') known.storedBytes += bytes;
      if (counted === 'trashed') known.trashedBytes += bytes;
      counts.set(key, known);
    }
    return counts;
  }

  /** What takes space at one destination: what is stored, and what is in its trash. @returns bytes */
  usedBytes(destinationId: string): number {
    const sum = sql`SELECT coalesce(sum(disk_bytes), 0) FROM snapshot_copies
      WHERE destination_id = ${destinationId} AND state IN ('stored', 'trashing', 'trashed')`;
    return this.db.value(z.number(), sum) ?? 0;
  }

  /** What is stored of a plan, at all destinations. @returns bytes */
  storedOf(planId: string): number {
    const sum = sql`SELECT coalesce(sum(disk_bytes), 0) FROM snapshot_copies WHERE plan_id = ${planId} AND state = 'stored'`;
    return this.db.value(z.number(), sum) ?? 0;
  }

  /** What is stored at one destination, by plan, the largest first. */
  storedByPlan(destinationId: string): DestinationStorage['plans'] {
    return this.db.all(
      DestinationStorage.shape.plans.element,
      sql`SELECT c.plan_id AS "planId", coalesce(p.name, 'Snapshots without a plan') AS name,
            count(*) AS "snapshotCount", sum(c.disk_bytes) AS "storedBytes"
          FROM snapshot_copies c LEFT JOIN plans p ON p.id = c.plan_id
          WHERE c.destination_id = ${destinationId} AND c.state = 'stored' GROUP BY c.plan_id ORDER BY "storedBytes" DESC`,
    );
  }

  /** Whether a copy of a plan's snapshots is still to be made. */
  isAnyAwaited(planId: string): boolean {
    return this.db.has(
      sql`SELECT 1 FROM snapshot_copies WHERE state IN ('waiting', 'copying', 'failed') AND plan_id = ${planId} LIMIT 1`,
    );
  }

  /** Whether a copy of a plan's snapshots is missing. */
  isAnyMissing(planId: string): boolean {
    return this.db.has(sql`SELECT 1 FROM snapshot_copies WHERE state = 'missing' AND plan_id = ${planId} LIMIT 1`);
  }

  set(copy: CopyRow): void {
    this.#copies.save(copy, ['snapshotId', 'destinationId']);
  }

  /** Keeps how a copy is described at its destination. */
  describe(snapshotId: string, destinationId: string, manifest: Manifest): void {
    this.db.run(
      sql`UPDATE snapshot_copies SET manifest = ${JSON.stringify(manifest)}, name = ${manifest.name}
          WHERE ${isCopy(snapshotId, destinationId)}`,
    );
  }

  /** A copy is wanted; where there is any already, that stays as it is. */
  enqueue(snapshotId: string, destinationId: string, at: string): void {
    this.db.run(
      sql`INSERT INTO snapshot_copies (snapshot_id, destination_id, state, at)
          VALUES (${snapshotId}, ${destinationId}, 'waiting', ${at}) ON CONFLICT DO NOTHING`,
    );
  }

  /** A missing copy is to be made again; what was found in the former one says nothing of it. */
  replace(snapshotId: string, destinationId: string, at: string): void {
    this.db.run(
      sql`UPDATE snapshot_copies SET state = 'waiting', at = ${at}, message = NULL, verified_at = NULL, valid = NULL,
            level = NULL WHERE ${isCopy(snapshotId, destinationId)} AND state = 'missing'`,
    );
  }

  /** Everything that waits for a destination waits for this, or for nothing that is known. */
  explainWaiting(destinationId: string, message: string | null): void {
    this.db.run(
      sql`UPDATE snapshot_copies SET message = ${message}
          WHERE destination_id = ${destinationId} AND state IN ('waiting', 'copying')`,
    );
  }

  /** What has waited since an instant that has not come waits since now: the clock was wrong. */
  waitUntilNow(now: string): void {
    this.db.run(sql`UPDATE snapshot_copies SET at = ${now} WHERE state IN ('waiting', 'copying') AND at > ${now}`);
  }

  /** Nothing that waits for a destination can be copied there before a person acts. */
  failWaiting(destinationId: string, at: string, message: string): void {
    this.db.run(
      sql`UPDATE snapshot_copies SET state = 'failed', at = ${at}, message = ${message}
          WHERE destination_id = ${destinationId} AND state IN ('waiting', 'copying')`,
    );
  }

  /** What had failed is tried again. */
  retryFailed(destinationId: string, at: string): void {
    this.db.run(
      sql`UPDATE snapshot_copies SET state = 'waiting', at = ${at}, message = NULL
          WHERE destination_id = ${destinationId} AND state = 'failed'`,
    );
  }

  /** What was being copied when Snapkeep ended is still to be copied. */
  restartCopying(): void {
    this.db.run(sql`UPDATE snapshot_copies SET state = 'waiting' WHERE state = 'copying'`);
  }

  remove(snapshotId: string, destinationId: string): void {
    this.db.run(sql`DELETE FROM snapshot_copies WHERE ${isCopy(snapshotId, destinationId)}`);
  }

  /** Nothing of a plan is to be copied to a destination any more. */
  dequeue(planId: string, destinationId: string): void {
    this.db.run(
      sql`DELETE FROM snapshot_copies
          WHERE destination_id = ${destinationId} AND state IN ('waiting', 'failed') AND plan_id = ${planId}`,
    );
  }
}
