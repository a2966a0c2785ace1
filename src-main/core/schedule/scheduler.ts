import type { Plan } from '../../../src-shared/model/plan.ts';
import { isBackup, type Run } from '../../../src-shared/model/run.ts';
import type { Pause, Schedule, ScheduledJob, ScheduleStatus } from '../../../src-shared/model/schedule.ts';
import { changeDueAt } from '../../../src-shared/schedule/change-watch.ts';
import { nextTime, type ScheduledTimes, wasSetBack } from '../../../src-shared/schedule/missed-times.ts';
import type { ScheduleRepo, ScheduleState } from '../catalog/repos/schedule-repo.ts';
import { explainError } from '../engine/engine-errors.ts';
import type { Clock, Log, Power } from '../ports.ts';
import type { Background } from '../process/background.ts';
import { type KnownSchedule, knownSchedule, textOf } from './known-schedule.ts';
import {
  activePause,
  begin,
  dueTime,
  finish,
  followClock,
  followSource,
  mayStart,
  newState,
  putOff,
  tryAgain,
} from './schedule-state.ts';

const ON_BATTERY = 'Waiting for AC power: this machine runs on battery.';
const JOBS: readonly ScheduledJob[] = ['backup', 'restoreTest'];

/** What all schedules have in common, looked up once for many of them. */
interface Surroundings {
  readonly now: number;
  readonly pauseOfAll: Pause | null;
  /** Asks for the machine's time zone. */
  readonly zone: () => string;
}

/** What the scheduler needs of the core. */
export interface SchedulerPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly states: Pick<ScheduleRepo, 'all' | 'save'>;
  readonly power: Power | undefined;
  readonly background: Pick<Background, 'begin'>;
  plans(): Plan[];
  notOnBattery(): boolean;
  pauseOfAll(): Pause | null;
  /** What a job needs and is unavailable now, as a sentence; `null`: nothing. */
  whatIsAway(plan: Plan, job: ScheduledJob): Promise<string | null>;
  /** What the files of a source look like; another text means that they have changed. `null`: they are missing. */
  fingerprint(plan: Plan): Promise<string | null>;
  start(plan: Plan, job: ScheduledJob, scheduledTime: NonNullable<Run['scheduledTime']>): Promise<Run>;
  /** How a run ended; `null` while it goes on, `undefined` when nothing is known of it. */
  endOf(runId: string): Run | null | undefined;
  /** Something that people see of a plan has changed. */
  changed(plan: Plan): void;
  /** The time of the next check may have changed. */
  checked(): void;
}

/**
 * Serves the scheduled times of all schedules. What has come is stored before anything is started, so that nothing is lost by
 * whatever ends the process, and looked up on the wall clock, so that sleep, jumps and daylight saving need no care.
 */
export class Scheduler {
  readonly #ports: SchedulerPorts;
  /** Jobs that are being started, by their own schedule or with another plan's. */
  readonly #starting = new Set<string>();
  /** What schedules remember, as it is stored: nobody else writes it. */
  readonly #known = new Map<string, KnownSchedule>();
  #serves = false;

  constructor(ports: SchedulerPorts) {
    this.#ports = ports;
    for (const { planId, job, body } of ports.states.all()) this.#known.set(keyOf(planId, job), knownSchedule(body));
  }

  /** Serves scheduled times from now on, those that were due before included; {@link tick} begins. */
  serve(): void {
    this.#serves = true;
  }

  /**
   * Looks at every schedule now: after a change of a plan, a pause, or the machine's sleep.
   * @param ignoreBackoff what waits to be tried again is tried now
   */
  tick({ ignoreBackoff = false }: { ignoreBackoff?: boolean } = {}): void {
    const plans = this.#ports.plans();
    this.#forgetOthers(plans);
    for (const plan of plans) {
      for (const job of JOBS) {
        // From now on it counts, whoever serves it. Whatever is unavailable may take long to say so: it is asked once.
        if (this.#serves)
          this.#ports.background.begin(`the schedule of ${plan.id} (${job})`, () =>
            this.#tickOne(plan, job, ignoreBackoff),
          );
        else this.#stateOf(plan, job);
      }
    }
    this.#ports.checked();
  }

  /** When to check at the latest, in milliseconds since 1970. */
  nextTick(): number {
    const now = this.#now();
    return Math.min(
      Number.POSITIVE_INFINITY,
      ...this.#ports.plans().flatMap((plan) => JOBS.map((job) => this.#nextTick(plan, job, now))),
    );
  }

  /**
   * Starts the backup of a plan together with that of another plan; it also serves what is due of the plan's own schedule.
   * @param start given the scheduled time that it serves; `null`: nothing is due
   */
  startBackup(plan: Plan, start: (scheduledTime: Run['scheduledTime']) => Promise<Run>): Promise<Run> {
    const before = this.#stateOf(plan, 'backup');
    const state = followClock(before, this.#now(), this.#scheduledTimes(plan, 'backup'));
    const { due } = state.memory;
    if (due === null || !this.#serves || !mayStart(state, this.#now()) || this.#starting.has(keyOf(plan.id, 'backup')))
      return start(null);
    return this.#begin(plan, 'backup', state, due, start);
  }

  /** Takes in how a run ended, if it served a scheduled time. */
  ended(run: Run): void {
    if (run.scheduledTime === null) return;
    const job = isBackup(run) ? 'backup' : run.kind;
    const plan = this.#ports.plans().find(({ id }) => id === run.planId);
    if (plan === undefined || (job !== 'backup' && job !== 'restoreTest')) return;
    const state = this.#stateOf(plan, job);
    this.#save(plan, job, finish(state, run, this.#now(), !this.#serves), state);
    if (this.#serves) this.tick();
  }

  /** Stops serving; call it before the runs are cancelled, so that they stay due. */
  close(): void {
    this.#serves = false;
  }

  /** What {@link status} needs beside the schedule. */
  surroundings(): Surroundings {
    let zone: string | undefined;
    // The first question takes milliseconds, and most schedules do not ask.
    const ask = (): string => (zone ??= Intl.DateTimeFormat().resolvedOptions().timeZone);
    return { now: this.#now(), pauseOfAll: this.#ports.pauseOfAll(), zone: ask };
  }

  /** Where a plan's schedule stands. */
  status(plan: Plan, job: ScheduledJob, { now, pauseOfAll, zone }: Surroundings): ScheduleStatus {
    const { state, scheduledTimes, words } = this.#knownOf(plan, job);
    const next = nextTime(state.memory, now, scheduledTimes());
    return {
      words: words(zone),
      nextTime: next === null ? null : new Date(next).toISOString(),
      due: dueTime(state),
      paused: activePause([plan.paused, pauseOfAll], now),
    };
  }

  /** When the schedule of a plan was set, in milliseconds since 1970, and its scheduled times. */
  scheduledTimesOf(plan: Plan, job: ScheduledJob): { anchor: number; scheduledTimes: ScheduledTimes } {
    const { state, scheduledTimes } = this.#knownOf(plan, job);
    return { anchor: state.memory.anchor, scheduledTimes: scheduledTimes() };
  }

  async #tickOne(plan: Plan, job: ScheduledJob, ignoreBackoff: boolean): Promise<void> {
    try {
      await this.#serve(plan, job, ignoreBackoff);
    } catch (error) {
      this.#backOff(plan, job, error);
    }
  }

  async #serve(plan: Plan, job: ScheduledJob, ignoreBackoff: boolean): Promise<void> {
    const schedule = scheduleOf(plan, job);
    const fingerprint = schedule.kind === 'on-change' ? await this.#ports.fingerprint(plan) : null;
    const before = this.#afterLostRun(this.#stateOf(plan, job));
    const state = this.#update(before, schedule, this.#scheduledTimes(plan, job), fingerprint, ignoreBackoff);
    this.#save(plan, job, state, before);
    if (!this.#serves || !mayStart(state, this.#now()) || this.#isPaused(plan)) return;
    if (this.#ports.notOnBattery() && this.#ports.power?.onBattery()) {
      return this.#save(plan, job, { ...state, waitingFor: ON_BATTERY }, state);
    }
    const away = await this.#ports.whatIsAway(plan, job);
    // Meanwhile the schedule may have been changed, or another plan's has served it, and what was due is due no more.
    const now = this.#known.get(keyOf(plan.id, job))?.state;
    if (!this.#serves || now?.schedule !== state.schedule || now.serving !== null) return;
    if (away !== null) return this.#save(plan, job, putOff(state, away, this.#now()), state);
    const { due } = state.memory;
    if (due === null || this.#starting.has(keyOf(plan.id, job))) return;
    await this.#begin(plan, job, state, due, (scheduledTime) => this.#ports.start(plan, job, scheduledTime));
  }

  async #begin(
    plan: Plan,
    job: ScheduledJob,
    state: ScheduleState,
    due: NonNullable<ScheduleState['memory']['due']>,
    start: (scheduledTime: NonNullable<Run['scheduledTime']>) => Promise<Run>,
  ): Promise<Run> {
    const key = keyOf(plan.id, job);
    this.#starting.add(key);
    try {
      const run = await start({ at: new Date(due.scheduledTime).toISOString(), scheduledTimes: due.scheduledTimes });
      this.#save(plan, job, begin(state, run.id), state);
      return run;
    } finally {
      this.#starting.delete(key);
    }
  }

  /** A run that was to serve a scheduled time and ended with the process. */
  #afterLostRun(state: ScheduleState): ScheduleState {
    const { serving } = state;
    const run = serving === null ? null : this.#ports.endOf(serving.runId);
    if (serving === null || run === null) return state;
    return finish(state, run ?? { id: serving.runId, state: 'interrupted', error: null }, this.#now(), false);
  }

  #update(
    before: ScheduleState,
    schedule: Schedule,
    scheduledTimes: ScheduledTimes,
    fingerprint: string | null,
    ignoreBackoff: boolean,
  ): ScheduleState {
    if (wasSetBack(before.memory, this.#now()))
      this.#ports.log.warn('The clock is behind the newest scheduled time. The schedule continues from now.');
    let state = followClock(before, this.#now(), scheduledTimes);
    if (schedule.kind === 'on-change' && fingerprint !== null)
      state = followSource(state, schedule, fingerprint, this.#now());
    return ignoreBackoff ? tryAgain(state) : state;
  }

  /** What could not even be started is tried again, and its message is shown until then. */
  #backOff(plan: Plan, job: ScheduledJob, error: unknown): void {
    if (!this.#serves || !this.#ports.plans().some(({ id }) => id === plan.id)) return;
    const state = this.#stateOf(plan, job);
    this.#save(plan, job, putOff(state, explainError(error, plan.name).message, this.#now()), state);
  }

  #nextTick(plan: Plan, job: ScheduledJob, now: number): number {
    const schedule = scheduleOf(plan, job);
    if (schedule.kind === 'manual') return Number.POSITIVE_INFINITY;
    const state = this.#stateOf(plan, job);
    const scheduledTime = nextTime(state.memory, now, this.#scheduledTimes(plan, job));
    const change = schedule.kind === 'on-change' ? changeDueAt(state.change, schedule) : null;
    const instants = [scheduledTime, state.retryAt, change].filter((instant) => instant !== null && instant > now);
    return Math.min(Number.POSITIVE_INFINITY, ...(instants as number[]));
  }

  #isPaused(plan: Plan): boolean {
    return activePause([plan.paused, this.#ports.pauseOfAll()], this.#now()) !== null;
  }

  #stateOf(plan: Plan, job: ScheduledJob): ScheduleState {
    return this.#knownOf(plan, job).state;
  }

  #scheduledTimes(plan: Plan, job: ScheduledJob): ScheduledTimes {
    return this.#knownOf(plan, job).scheduledTimes();
  }

  /** What is remembered; a schedule that has been changed begins anew. */
  #knownOf(plan: Plan, job: ScheduledJob): KnownSchedule {
    const text = textOf(scheduleOf(plan, job), plan.timeZone);
    const known = this.#known.get(keyOf(plan.id, job));
    if (known?.state.schedule === text) return known;
    const fresh = newState(text, this.#now());
    // A run that serves the old schedule is followed to its end, so that there are never two.
    return this.#remember(plan.id, job, known === undefined ? fresh : { ...fresh, serving: known.state.serving });
  }

  #remember(planId: string, job: ScheduledJob, state: ScheduleState): KnownSchedule {
    // First: what could not be stored is not known.
    this.#ports.states.save(planId, job, state);
    const known = knownSchedule(state, this.#known.get(keyOf(planId, job)));
    this.#known.set(keyOf(planId, job), known);
    return known;
  }

  #forgetOthers(plans: readonly Plan[]): void {
    const wanted = new Set(plans.flatMap(({ id }) => JOBS.map((job) => keyOf(id, job))));
    for (const key of this.#known.keys()) if (!wanted.has(key)) this.#known.delete(key);
  }

  #save(plan: Plan, job: ScheduledJob, state: ScheduleState, before: ScheduleState): void {
    if (JSON.stringify(state) === JSON.stringify(before)) return;
    this.#remember(plan.id, job, state);
    if (JSON.stringify(dueTime(state)) !== JSON.stringify(dueTime(before))) this.#ports.changed(plan);
  }

  #now(): number {
    return this.#ports.clock.now().getTime();
  }
}

const keyOf = (planId: string, job: ScheduledJob): string => `${planId} ${job}`;

/** The schedule of a plan for a job. */
export function scheduleOf(plan: Plan, job: ScheduledJob): Schedule {
  return job === 'backup' ? plan.schedule : plan.restoreTest.schedule;
}
