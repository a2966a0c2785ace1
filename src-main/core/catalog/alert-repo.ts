import type { PlanState } from '../../../src-shared/model/plan.ts';
import type { Database } from '../engine/open-database.ts';

/** What was last told of a plan. */
export interface AlertState {
  state: PlanState;
  since: string;
  /** When people were last told; `null` while there was nothing to tell. */
  toldAt: string | null;
}

/** The table of what people have been told. */
export class AlertRepo {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  get(planId: string): AlertState | undefined {
    return this.#db
      .prepare('SELECT state, since, told_at AS "toldAt" FROM alert_states WHERE plan_id = ?')
      .get(planId) as AlertState | undefined;
  }

  save(planId: string, { state, since, toldAt }: AlertState): void {
    this.#db
      .prepare(
        'INSERT INTO alert_states VALUES (?, ?, ?, ?) ON CONFLICT (plan_id) DO UPDATE SET state = excluded.state, since = excluded.since, told_at = excluded.told_at',
      )
      .run(planId, state, since, toldAt);
  }
}
