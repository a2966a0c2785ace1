import type { LogEntry, Run } from '../../../src-shared/model/run.ts';
import type { Leftovers, RunRepo } from '../catalog/repos/run-repo.ts';
import { explainError } from '../engine/engine-errors.ts';
import type { EventBus } from '../event-bus.ts';
import type { Clock, Log } from '../ports.ts';
import { withLateFailure } from './interruption.ts';
import { endedRun } from './new-run.ts';

/** Where active runs are remembered and announced. */
export interface RunRecords {
  repo: RunRepo;
  events: EventBus;
  clock: Clock;
  log: Log;
}

/** A run that waits or is executed: its state in memory, in the catalog and in events. */
export class ActiveRun {
  readonly abort = new AbortController();
  readonly #records: RunRecords;
  readonly #end = Promise.withResolvers<Run>();
  #run: Run;

  /** Remembers a run. What cannot be remembered is not started. @throws SnapkeepError of the catalog */
  constructor(records: RunRecords, run: Run, leftovers: Leftovers) {
    this.#records = records;
    this.#run = run;
    records.repo.save(run, leftovers);
  }

  /** The run as it is now. */
  get run(): Run {
    return this.#run;
  }

  /** Resolves once the run has ended, whatever its end. */
  get ended(): Promise<Run> {
    return this.#end.promise;
  }

  /** Changes the run in memory and announces it. */
  change(change: Partial<Run>): void {
    this.#run = { ...this.#run, ...change };
    if (change.state === undefined) this.#records.events.emit('run.changed', { run: this.#run });
    else this.announce();
  }

  /** Changes the run durably, before anybody hears of it. */
  save(leftovers: Leftovers, change?: Partial<Run>): void {
    this.#records.repo.save({ ...this.#run, ...change }, leftovers);
    if (change !== undefined) this.change(change);
  }

  /** Adds a line to the log of the run. One that cannot be written does not end the run. */
  addLog(level: LogEntry['level'], message: string): void {
    try {
      this.#records.repo.addLog(this.#run.id, { at: this.now(), level, message });
    } catch (error) {
      this.#records.log.warn(`Not written to the log of a run: ${message}`, { run: this.#run.id, error });
    }
  }

  /** What failed once the work was done; `undefined`: the run has replaced something, so that it is no failure. */
  lateFailure(error: unknown): unknown {
    const { id, subject } = this.#run;
    const result = withLateFailure(this.#run.result, explainError(error, subject).message);
    if (result === null) return error;
    this.#records.log.warn(`Failed after the content was replaced: ${subject}.`, { run: id, error });
    this.change({ result });
    return undefined;
  }

  /**
   * Ends the run.
   * @param leftovers what could not be cleaned up and is left to the next start
   */
  finish(error: unknown, leftovers: Leftovers | null): Run {
    this.#run = endedRun(this.#run, error, this.now());
    try {
      this.#remember(leftovers);
    } catch (caught) {
      // The next start will find it unfinished; until then it is known here how it ended, and why that is not written.
      const failure = error ?? this.lateFailure(caught);
      this.#run = endedRun(this.#run, failure, this.now());
    }
    this.announce();
    return this.#run;
  }

  /** Lets those go on who wait for the end of the run. */
  release(): void {
    this.#end.resolve(this.#run);
  }

  now(): string {
    return this.#records.clock.now().toISOString();
  }

  #remember(leftovers: Leftovers | null): void {
    const { error, state } = this.#run;
    if (error !== null) this.addLog(state === 'failed' ? 'error' : 'info', error.message);
    this.#records.repo.save(this.#run, leftovers);
  }

  /** Sends the run as an event. One that starts or ends changes the state of its plan. */
  announce(): void {
    const { events } = this.#records;
    events.emit('run.changed', { run: this.#run });
    if (this.#run.planId !== null) events.emit('plans.changed', { planIds: [this.#run.planId] });
  }
}
