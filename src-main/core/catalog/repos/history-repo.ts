import { z } from 'zod';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { PageSize } from '../../../../src-shared/model/history/history-file.ts';
import { Instant, Sha256 } from '../../../../src-shared/model/values.ts';
import { DAY_MS } from '../../../../src-shared/rules/durations.ts';
import { among, Sql, sql } from '../sql.ts';
import { flag, json, Repo, Table } from '../table.ts';
import { bitOf } from './point-rows.ts';

/** What stops the pruning of a history: a sentence, and the newest point when it began. */
const HistoryBrake = z.object({ reason: z.string(), txid: z.int() });

/** A history as the catalog knows it. */
const HistoryRow = z.object({
  id: z.uuid(),
  /** `null`: its plan was deleted, or another program wrote it. */
  planId: z.uuid().nullable(),
  pageSize: PageSize,
  /** 0: nothing was captured yet. */
  newestTxid: z.int().nonnegative(),
  newestRoot: Sha256.nullable(),
  /** What the newest capture was encrypted with, in words that only compare; `null`: it was not. */
  encryptedWith: z.string().nullable(),
  /** When the database was last looked at, whether it had changed or not. */
  lookedAt: Instant.nullable(),
  /** How long the last capture took, in milliseconds. */
  captureMs: z.int().nonnegative().nullable(),
  /** Of the database, when it was captured last. */
  journalMode: z.string().nullable(),
  /** Who may write it; `null`: nobody, as it is another program's. */
  folder: z.string(),
  brake: json(HistoryBrake).nullable(),
  reviewedTxid: z.int().nonnegative(),
  writer: json(z.object({ serviceId: z.uuid(), since: Instant })).nullable(),
});
export type HistoryRow = z.output<typeof HistoryRow>;

/** What is looked at of a day before the newest point. */
const ReachRow = z.object({
  planId: z.uuid(),
  newestTxid: z.int(),
  lookedAt: Instant.nullable(),
  captureMs: z.int().nullable(),
  journalMode: z.string().nullable(),
  newestAt: z.int().nullable(),
  valid: flag.nullable(),
  verifiedAt: z.int().nullable(),
  oldestTxid: z.int().nullable(),
  oldestAt: z.int().nullable(),
  /** The newest point that is stored at a destination. */
  storedTxid: z.int().nullable(),
  storedAt: z.int().nullable(),
  day: json(z.object({ lossMs: z.int().nullable(), bytes: z.int().nullable(), since: z.int().nullable() })),
});
/** How far the history of a plan reaches, as the catalog knows it; instants in milliseconds since 1970. */
export type ReachRow = z.output<typeof ReachRow>;

const Behind = z.object({ planId: z.uuid(), destinationId: z.uuid(), problem: z.string(), since: z.int().nullable() });
/** Why a destination lacks points, and since when they wait, in milliseconds since 1970. */
export type Behind = z.output<typeof Behind>;

const aboutDay = (from: Sql): Sql => sql`(SELECT json_object('lossMs', max(p.since_look_ms),
  'bytes', sum(p.bytes) FILTER (WHERE p.txid > 1 AND NOT p.events & ${bitOf('new-base')}), 'since', min(p.made_at))
  FROM points p WHERE p.history = h.number AND p.made_at > ${from})`;

/** The table of histories. */
export class HistoryRepo extends Repo {
  readonly #table = new Table(this.db, 'histories', HistoryRow);

  add(row: HistoryRow): void {
    this.#table.insert(row);
  }

  get(id: string): HistoryRow | undefined {
    return this.#table.get(sql`WHERE id = ${id}`);
  }

  /** @throws SnapkeepError `NOT_FOUND` */
  require(id: string): HistoryRow {
    const found = this.get(id);
    if (found !== undefined) return found;
    throw new SnapkeepError('NOT_FOUND', 'History not found.', { hint: 'Refresh the list of databases.' });
  }

  ofPlan(planId: string): HistoryRow | undefined {
    return this.#table.get(sql`WHERE plan_id = ${planId}`);
  }

  /** Those of plans. @param planIds without them, of all plans */
  ofPlans(planIds?: readonly string[]): HistoryRow[] {
    return this.#table.all(sql`WHERE plan_id IS NOT NULL AND ${among('plan_id', planIds)} ORDER BY number`);
  }

  /** How far the histories of plans reach. @param planIds without them, of all plans */
  reaches(planIds?: readonly string[]): Map<string, ReachRow> {
    const made = (txid: Sql): Sql => sql`(SELECT made_at FROM points WHERE history = h.number AND txid = ${txid})`;
    const rows = this.db.all(
      ReachRow,
      sql`SELECT h.plan_id AS "planId", h.newest_txid AS "newestTxid", h.looked_at AS "lookedAt", h.capture_ms AS "captureMs", h.journal_mode AS "journalMode",
            n.made_at AS "newestAt", n.valid, n.verified_at AS "verifiedAt",
            h.oldest AS "oldestTxid", ${made(new Sql('h.oldest'))} AS "oldestAt",
            h.stored AS "storedTxid", ${made(new Sql('h.stored'))} AS "storedAt",
            ${aboutDay(sql`n.made_at - ${DAY_MS}`)} AS day
          FROM (SELECT *, (SELECT min(txid) FROM points WHERE history = number) AS oldest,
                  (SELECT max(file_txid) FROM history_destinations WHERE history_id = id) AS stored FROM histories) h
          LEFT JOIN points n ON n.history = h.number AND n.txid = h.newest_txid
          WHERE h.plan_id IS NOT NULL AND ${among('h.plan_id', planIds)}`,
    );
    return new Map(rows.map((row) => [row.planId, row]));
  }

  /** Why destinations lack points of plans. @param planIds without them, of all plans */
  behind(planIds?: readonly string[]): Behind[] {
    return this.db.all(
      Behind,
      sql`SELECT h.plan_id AS "planId", hd.destination_id AS "destinationId", hd.problem,
            (SELECT made_at FROM points WHERE history = h.number AND txid > hd.file_txid ORDER BY txid LIMIT 1) AS since
          FROM histories h JOIN history_destinations hd ON hd.history_id = h.id
          WHERE h.plan_id IS NOT NULL AND hd.problem IS NOT NULL AND ${among('h.plan_id', planIds)}`,
    );
  }

  /**
   * Changes what is given.
   * @throws SnapkeepError `CONFLICT` when a TXID would be given a second time
   */
  change(id: string, change: Partial<Omit<HistoryRow, 'id'>>): void {
    this.db.transaction(() => {
      const before = this.require(id);
      if ((change.newestTxid ?? before.newestTxid) < before.newestTxid) {
        throw new SnapkeepError('CONFLICT', `The history already has point ${before.newestTxid}.`, {
          hint: 'Capture again.',
        });
      }
      this.#table.save({ ...before, ...change }, ['id']);
    });
  }

  /** Forgets a history and its points. */
  remove(id: string): void {
    this.db.run(sql`DELETE FROM histories WHERE id = ${id}`);
  }
}
