import type { Alert, AlertChannel } from '../../../../src-shared/model/alert.ts';
import type { PlanState } from '../../../../src-shared/model/plan.ts';
import type { Database } from '../../engine/sqlite/open-database.ts';

/** What was last told of a plan. */
export interface AlertState {
  state: PlanState;
  since: string;
  /** When people were last told; `null` while there was nothing to tell. */
  toldAt: string | null;
}

/** An alert that is still to be told over one channel. */
export interface QueuedAlert {
  id: number;
  channel: AlertChannel;
  alert: Alert;
  /** Tries that failed. */
  tries: number;
  nextAt: string;
  createdAt: string;
  lastError: string | null;
}

/** The tables of what people have been told, and of what is still to be told. */
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

  /** Has an alert wait to be told over a channel. */
  queue(channel: AlertChannel, alert: Alert, at: string): void {
    this.#db
      .prepare('INSERT INTO alert_queue (channel, body, tries, next_at, created_at) VALUES (?, ?, 0, ?, ?)')
      .run(channel, JSON.stringify(alert), at, at);
  }

  /** What waits to be told, in the order it was queued. */
  queued(): QueuedAlert[] {
    const rows = this.#db
      .prepare(
        'SELECT id, channel, body, tries, next_at AS nextAt, created_at AS createdAt, last_error AS lastError FROM alert_queue ORDER BY id',
      )
      .all() as Array<Omit<QueuedAlert, 'alert'> & { body: string }>;
    return rows.map(({ body, ...row }) => ({ ...row, alert: JSON.parse(body) as Alert }));
  }

  /** Remembers a try that failed. */
  putOff({ id, tries, nextAt, lastError }: Pick<QueuedAlert, 'id' | 'tries' | 'nextAt' | 'lastError'>): void {
    this.#db
      .prepare('UPDATE alert_queue SET tries = ?, next_at = ?, last_error = ? WHERE id = ?')
      .run(tries, nextAt, lastError, id);
  }

  unqueue(id: number): void {
    this.#db.prepare('DELETE FROM alert_queue WHERE id = ?').run(id);
  }
}
