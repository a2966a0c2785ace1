import { z } from 'zod';
import { Sql, sql, valuesOf } from '../sql.ts';
import { Repo } from '../table.ts';
import { insertRows, Removals, type RemovedRows, readRows } from './removed-rows.ts';

/** Every table whose rows go with a plan, and the column that names it; the plan itself first. */
export const PLAN_TABLES = [
  ['plans', 'id'],
  ['plan_destinations', 'plan_id'],
  ['source_checks', 'plan_id'],
  ['restore_tests', 'plan_id'],
  ['recoveries', 'plan_id'],
  ['schedule_states', 'plan_id'],
  ['prune_states', 'plan_id'],
  ['alert_states', 'plan_id'],
  ['plan_storage_days', 'plan_id'],
  ['plan_secrets', 'plan_id'],
] as const;

/** So many deletions can be undone. */
const REMEMBERED = 100;

/** What was in the catalog of a deleted plan. */
interface RemovedPlan {
  rows: RemovedRows;
  snapshotIds: string[];
  historyIds: string[];
}

/** Deletes plans, and remembers what they were for as long as the service runs. */
export class RemovedPlans extends Repo {
  readonly #removed = new Removals<RemovedPlan>(REMEMBERED);

  /** Deletes a plan; its snapshots and its history stay and belong to none. */
  remove(planId: string): void {
    this.db.transaction(() => {
      const rows = PLAN_TABLES.flatMap(([table, column]) =>
        readRows(this.db, table, sql`${new Sql(column)} = ${planId}`),
      );
      const snapshotIds = this.db.column(z.string(), sql`SELECT id FROM snapshots WHERE plan_id = ${planId}`);
      const historyIds = this.db.column(z.string(), sql`SELECT id FROM histories WHERE plan_id = ${planId}`);
      this.db.run(sql`DELETE FROM plans WHERE id = ${planId}`);
      this.#removed.add(planId, { rows, snapshotIds, historyIds });
    });
  }

  /**
   * Brings a deleted plan back with all that was known of it; the snapshots and the history that it had are its own again.
   * @returns whether it was remembered
   * @throws an error of SQLite when its name is taken, or a destination has gone
   */
  bringBack(planId: string): boolean {
    return this.#removed.take(planId, ({ rows, snapshotIds, historyIds }) =>
      this.db.transaction(() => {
        insertRows(this.db, rows);
        this.db.run(
          sql`UPDATE snapshots SET plan_id = ${planId} WHERE plan_id IS NULL AND id IN ${valuesOf(snapshotIds)}`,
        );
        this.db.run(
          sql`UPDATE histories SET plan_id = ${planId} WHERE plan_id IS NULL AND id IN ${valuesOf(historyIds)}`,
        );
      }),
    );
  }
}
