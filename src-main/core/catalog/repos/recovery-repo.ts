import type { Database } from '../../engine/sqlite/open-database.ts';

/** A plan that was recovered, and whose it was before. */
export interface StoredRecovery {
  planId: string;
  /** The service that made its snapshots before, and the plan's id there. */
  serviceId: string;
  formerPlanId: string;
  /** When the newest of them was made that was known then, by that service's own clock. */
  newestAt: string;
}

/** The table of recovered plans. */
export class RecoveryRepo {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  add(recovery: StoredRecovery): void {
    this.#db
      .prepare(
        'INSERT INTO recoveries (plan_id, service_id, former_plan_id, newest_at) VALUES (@planId, @serviceId, @formerPlanId, @newestAt)',
      )
      .run(recovery);
  }

  /** The plan that a plan of another service was recovered as, and its newest snapshot then; `undefined`: it was not. */
  of(serviceId: string, formerPlanId: string): Pick<StoredRecovery, 'planId' | 'newestAt'> | undefined {
    return this.#db
      .prepare(
        'SELECT plan_id AS "planId", newest_at AS "newestAt" FROM recoveries WHERE service_id = ? AND former_plan_id = ?',
      )
      .get(serviceId, formerPlanId) as Pick<StoredRecovery, 'planId' | 'newestAt'> | undefined;
  }
}
