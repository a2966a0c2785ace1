import { z } from 'zod';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { PageSize } from '../../../../src-shared/model/history/history-file.ts';
import { Instant, Sha256 } from '../../../../src-shared/model/values.ts';
import { among, sql } from '../sql.ts';
import { json, Repo, Table } from '../table.ts';

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
  /** Who may write it; `null`: nobody, as it is another program's. */
  folder: z.string(),
  brake: json(HistoryBrake).nullable(),
  reviewedTxid: z.int().nonnegative(),
  writer: json(z.object({ serviceId: z.uuid(), since: Instant })).nullable(),
});
export type HistoryRow = z.output<typeof HistoryRow>;

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
