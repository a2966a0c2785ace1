import type { ScheduledJob } from '../../../../src-shared/model/schedule.ts';
import type { ChangeMemory } from '../../../../src-shared/schedule/change-watch.ts';
import type { ScheduleMemory } from '../../../../src-shared/schedule/due-times.ts';
import type { Database } from '../../engine/sqlite/open-database.ts';

/** Where the schedule of a plan's job stands; survives whatever ends the process. Instants in milliseconds since 1970. */
export interface ScheduleState {
  /** The schedule it belongs to, as text: another schedule begins anew. */
  schedule: string;
  memory: ScheduleMemory;
  change: ChangeMemory;
  /** The run that serves a scheduled time now. */
  serving: { runId: string; scheduledTime: number; scheduledTimes: number } | null;
  /** How often it could not start or end for something that was away. */
  attempts: number;
  retryAt: number | null;
  waitingFor: string | null;
}

/** The table of what schedules remember. */
export class ScheduleRepo {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  get(planId: string, job: ScheduledJob): ScheduleState | undefined {
    const body = this.#db
      .prepare('SELECT body FROM schedule_states WHERE plan_id = ? AND job = ?')
      .pluck()
      .get(planId, job) as string | undefined;
    return body === undefined ? undefined : (JSON.parse(body) as ScheduleState);
  }

  save(planId: string, job: ScheduledJob, state: ScheduleState): void {
    this.#db
      .prepare(
        'INSERT INTO schedule_states VALUES (?, ?, ?) ON CONFLICT (plan_id, job) DO UPDATE SET body = excluded.body',
      )
      .run(planId, job, JSON.stringify(state));
  }
}
