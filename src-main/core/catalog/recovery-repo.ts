import type { Database } from '../engine/open-database.ts';

/** A plan that was recovered, and whose it was before. */
export interface StoredRecovery {
  planId: string;
  /** The service that made its snapshots before, and the plan's id there. */
  serviceId: string;
  formerPlanId: string;
  at: string;
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
        'INSERT INTO recoveries (plan_id, service_id, former_plan_id, at) VALUES (@planId, @serviceId, @formerPlanId, @at)',
      )
      .run(recovery);
  }

  /** The plan that a plan of another service was recovered as, and when; `undefined`: it was not. */
  of(serviceId: string, formerPlanId: string): Pick<StoredRecovery, 'planId' | 'at'> | undefined {
    return this.#db
      .prepare('SELECT plan_id AS "planId", at FROM recoveries WHERE service_id = ? AND former_plan_id = ?')
      .get(serviceId, formerPlanId) as Pick<StoredRecovery, 'planId' | 'at'> | undefined;
  }
}
