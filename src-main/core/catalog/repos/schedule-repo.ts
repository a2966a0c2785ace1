import { z } from 'zod';
import { ScheduledJob } from '../../../../src-shared/model/schedule.ts';
import { ChangeMemory } from '../../../../src-shared/schedule/change-watch.ts';
import { ScheduleMemory } from '../../../../src-shared/schedule/missed-times.ts';
import { json, Repo, Table } from '../table.ts';

/** Where the schedule of a plan's job stands; survives whatever ends the process. Instants in milliseconds since 1970. */
const ScheduleState = z.object({
  /** The schedule it belongs to, as text: another schedule begins anew. */
  schedule: z.string(),
  memory: ScheduleMemory,
  change: ChangeMemory,
  /** The run that serves a scheduled time now. */
  serving: z.object({ runId: z.string(), scheduledTime: z.number(), scheduledTimes: z.int() }).nullable(),
  /** How often it could not start or end for something that was unavailable. */
  attempts: z.int(),
  retryAt: z.number().nullable(),
  waitingFor: z.string().nullable(),
});
export type ScheduleState = z.infer<typeof ScheduleState>;

const ScheduleRow = z.object({ planId: z.string(), job: ScheduledJob, body: json(ScheduleState) });

/** The table of what schedules remember. */
export class ScheduleRepo extends Repo {
  readonly #table = new Table(this.db, 'schedule_states', ScheduleRow);

  all(): Array<z.output<typeof ScheduleRow>> {
    return this.#table.all();
  }

  save(planId: string, job: ScheduledJob, state: ScheduleState): void {
    this.#table.save({ planId, job, body: state }, ['planId', 'job']);
  }
}
