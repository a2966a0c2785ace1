import { z } from 'zod';
import { Instant } from '../../../../src-shared/model/values.ts';
import { sql } from '../sql.ts';
import { Repo, Table } from '../table.ts';

/** A plan that was recovered, and whose it was before. */
const StoredRecovery = z.object({
  planId: z.string(),
  /** The service that made its snapshots before, and the plan's id there. */
  serviceId: z.string(),
  formerPlanId: z.string(),
  /** When the newest of them was made that was known then, by that service's own clock. */
  newestAt: Instant,
});
export type StoredRecovery = z.infer<typeof StoredRecovery>;

/** The table of recovered plans. */
export class RecoveryRepo extends Repo {
  readonly #table = new Table(this.db, 'recoveries', StoredRecovery);

  add(recovery: StoredRecovery): void {
    this.#table.insert(recovery);
  }

  /** Whether a plan that was recovered stores to a destination. */
  isAnyAt(destinationId: string): boolean {
    return this.db.has(
      sql`SELECT 1 FROM recoveries JOIN plan_destinations USING (plan_id) WHERE destination_id = ${destinationId} LIMIT 1`,
    );
  }

  /** The plan that a plan of another service was recovered as, and its newest snapshot then; `undefined`: it was not. */
  of(serviceId: string, formerPlanId: string): StoredRecovery | undefined {
    return this.#table.get(sql`WHERE service_id = ${serviceId} AND former_plan_id = ${formerPlanId}`);
  }
}
