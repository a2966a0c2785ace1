import { z } from 'zod';
import { Sql, sql, valuesOf } from '../sql.ts';
import { Repo } from '../table.ts';

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

const Row = z.record(z.string(), z.union([z.string(), z.number(), z.instanceof(Uint8Array), z.null()]));

/** What was in the catalog of a deleted plan. */
interface RemovedPlan {
  rows: ReadonlyArray<{ table: string; row: z.infer<typeof Row> }>;
  snapshotIds: string[];
}

/** Deletes plans, and remembers what they were for as long as the service runs. */
export class RemovedPlans extends Repo {
  readonly #removed = new Map<string, RemovedPlan>();

  /** Deletes a plan; its snapshots stay and belong to none. */
  remove(planId: string): void {
    this.db.transaction(() => {
      const rows = PLAN_TABLES.flatMap(([table, column]) =>
        this.db
          .all(Row, sql`SELECT * FROM ${new Sql(table)} WHERE ${new Sql(column)} = ${planId}`)
          .map((row) => ({ table, row })),
      );
      const snapshotIds = this.db.column(z.string(), sql`SELECT id FROM snapshots WHERE plan_id = ${planId}`);
      this.db.run(sql`DELETE FROM plans WHERE id = ${planId}`);
      this.#removed.set(planId, { rows, snapshotIds });
    });
    const [oldest] = this.#removed.keys();
    if (this.#removed.size > REMEMBERED && oldest !== undefined) this.#removed.delete(oldest);
  }

  /**
   * Brings a deleted plan back with all that was known of it; the snapshots that it had are its own again.
   * @returns whether it was remembered
   * @throws an error of SQLite when its name is taken, or a destination has gone
   */
  bringBack(planId: string): boolean {
    const removed = this.#removed.get(planId);
    if (removed === undefined) return false;
    this.db.transaction(() => {
      for (const { table, row } of removed.rows) {
        const columns = Object.keys(row).map((column) => `"${column}"`);
        const places = columns.map(() => '?').join(', ');
        this.db.run(new Sql(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places})`, Object.values(row)));
      }
      this.db.run(
        sql`UPDATE snapshots SET plan_id = ${planId} WHERE plan_id IS NULL AND id IN ${valuesOf(removed.snapshotIds)}`,
      );
    });
    this.#removed.delete(planId);
    return true;
  }
}
