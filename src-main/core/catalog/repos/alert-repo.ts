import { z } from 'zod';
import { Alert, AlertChannel } from '../../../../src-shared/model/alert.ts';
import { PlanState } from '../../../../src-shared/model/plan.ts';
import { Instant } from '../../../../src-shared/model/values.ts';
import { sql } from '../sql.ts';
import { json, Repo, Table } from '../table.ts';

/** What was last told of a plan. */
const AlertState = z.object({
  planId: z.string(),
  state: PlanState,
  since: Instant,
  /** When people were last told; `null` while there was nothing to tell. */
  toldAt: Instant.nullable(),
});
export type AlertState = Omit<z.output<typeof AlertState>, 'planId'>;

const NewAlert = z.object({
  channel: AlertChannel,
  alert: json(Alert),
  /** Tries that failed. */
  tries: z.int(),
  nextAt: Instant,
  createdAt: Instant,
  /** How long it has waited, counted by looks at the clock. */
  ageMs: z.int(),
  lookedAt: Instant,
});
const QueuedAlert = z.object({ ...NewAlert.shape, id: z.int(), lastError: z.string().nullable() });
/** An alert that is still to be told over one channel. */
export type QueuedAlert = z.output<typeof QueuedAlert>;

/** The tables of what people have been told, and of what is still to be told. */
export class AlertRepo extends Repo {
  readonly #states = new Table(this.db, 'alert_states', AlertState);
  readonly #queue = new Table(this.db, 'alert_queue', QueuedAlert);
  readonly #new = new Table(this.db, 'alert_queue', NewAlert);

  get(planId: string): AlertState | undefined {
    return this.#states.get(sql`WHERE plan_id = ${planId}`);
  }

  save(planId: string, state: AlertState): void {
    this.#states.save({ ...state, planId }, ['planId']);
  }

  /** Has an alert wait to be told over a channel. */
  queue(channel: AlertChannel, alert: Alert, at: string): void {
    this.#new.insert({ channel, alert, tries: 0, nextAt: at, createdAt: at, ageMs: 0, lookedAt: at });
  }

  /** What waits to be told, in the order it was queued. */
  queued(): QueuedAlert[] {
    return this.#queue.all(sql`ORDER BY id`);
  }

  /** Remembers a try that failed. */
  putOff(alert: QueuedAlert): void {
    this.#queue.save(alert, ['id']);
  }

  unqueue(id: number): void {
    this.db.run(sql`DELETE FROM alert_queue WHERE id = ${id}`);
  }
}
