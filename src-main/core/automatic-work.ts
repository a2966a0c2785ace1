import type { Run, RunKind } from '../../src-shared/model/run.ts';
import { AFTER_RUN, AT_RUN_START, RECURRING, type RecurringStep, type RunStep } from './automatic-steps.ts';
import type { CoreContext } from './core-context.ts';
import { explainError } from './engine/engine-errors.ts';
import type { RunFollower } from './runs/runs.ts';
import { readMachineZone } from './schedule/machine-zone.ts';

/** The longest pause between two checks of the clock, so that a jump is noticed; milliseconds. */
const LONGEST_SLEEP_MS = 30_000;
const SHORTEST_SLEEP_MS = 50;

/** The kinds of runs that other runs set off. */
const FOLLOWING: readonly RunKind[] = ['copy', 'prune', 'pruneHistory', 'cleanup'];

/** Whether the clock or another run sets off a run of this kind, or has done so. */
const isAutomatic = ({ kind, scheduledTime }: Run): boolean =>
  scheduledTime !== null || kind === 'capture' || FOLLOWING.includes(kind);

/**
 * Starts automatic work, by name and in order: what begins and follows each run, and what the clock sets off.
 * Every step stands for itself: one that fails is logged and tried again, and stops no other.
 */
export class AutomaticWork implements RunFollower {
  readonly #core: () => CoreContext;
  /** When each recurring step was done last, in milliseconds since 1970. */
  readonly #done = new Map<string, number>();
  /** What is done once because somebody asks for it; who asks meanwhile waits for the same. */
  #servingDue: Promise<Run[]> | undefined;
  /** Collects the runs that end meanwhile. */
  #collected: Run[] | null = null;
  #forgetTimer = (): void => {};
  #stopListening = (): void => {};
  #started = false;
  #closed = false;

  /** @param core asked for only once something happens */
  constructor(core: () => CoreContext) {
    this.#core = core;
  }

  began(run: Run): void {
    for (const step of AT_RUN_START) this.#try(step.name, () => void step.work(this.#core(), run));
  }

  ended(run: Run): void {
    const { background, scheduler, captures } = this.#core();
    this.#collected?.push(run);
    // Also while closing: what was cancelled by that stays due.
    this.#try('schedules', () => scheduler.ended(run));
    this.#try('captures', () => captures.ended(run));
    if (!this.#closed) background.begin(`what follows run ${run.id}`, () => this.#follow(run));
  }

  /** Serves schedules and does what recurs, from now on; not for hosts that are gone in a moment. */
  start(): void {
    const { scheduler, copier, captures, ports } = this.#core();
    this.#started = true;
    scheduler.serve();
    copier.serve();
    captures.serve();
    this.#stopListening = ports.power?.onResume(() => this.#wake()) ?? this.#stopListening;
    this.#tick(false);
  }

  /**
   * Does once what is due: waits for the runs and what they set off, copies included, and answers the runs in the order
   * they ended. What a person has started is not waited for.
   */
  serveDue(): Promise<Run[]> {
    this.#servingDue ??= this.#serveDue().finally(() => {
      this.#servingDue = undefined;
      this.#collected = null;
    });
    return this.#servingDue;
  }

  async #serveDue(): Promise<Run[]> {
    const { scheduler, captures } = this.#core();
    const collected: Run[] = [];
    this.#collected = collected;
    scheduler.serve();
    captures.serve();
    this.#tick(true);
    await this.#untilNoneOf(isAutomatic);
    if (!this.#started) {
      scheduler.close();
      captures.close();
    }
    this.#recur(true);
    await this.idle();
    return collected.filter(isAutomatic);
  }

  /** Waits until what ended runs have set off has ended. */
  async settled(runIds: readonly string[]): Promise<void> {
    const { runs, catalog } = this.#core();
    const planIds = new Set(runIds.map((id) => runs.get(id).planId));
    const destinationIds = new Set(
      catalog.plans
        .list()
        .filter(({ id }) => planIds.has(id))
        .flatMap(({ destinations }) => destinations.map(({ destinationId }) => destinationId)),
    );
    await this.#untilNoneOf(
      ({ kind, planId, destinationId }) =>
        FOLLOWING.includes(kind) &&
        (planIds.has(planId) || (destinationId !== null && destinationIds.has(destinationId))),
    );
  }

  /** Waits until no run of some waits or is executed, nor will be because of those that have ended. */
  async #untilNoneOf(some: (run: Run) => boolean): Promise<void> {
    const { runs } = this.#core();
    for (;;) {
      await this.idle();
      const run = runs.active().find(some);
      if (run === undefined) return;
      await runs.ended(run.id);
    }
  }

  /** Sets the timer anew: the time of the next check may have changed. */
  arm(): void {
    if (!this.#started || this.#closed) return;
    const { clock, scheduler, copier, captures, background } = this.#core();
    const now = clock.now().getTime();
    const next = Math.min(
      now + LONGEST_SLEEP_MS,
      scheduler.nextTick(),
      copier.nextTick(),
      captures.nextTick(),
      background.nextRetry() ?? Number.POSITIVE_INFINITY,
    );
    this.#forgetTimer();
    this.#forgetTimer = clock.wake(Math.max(SHORTEST_SLEEP_MS, next - now), () => this.#tick(false));
  }

  /** Waits until what the clock and the runs have set off is under way and told. */
  idle(): Promise<void> {
    return this.#core().background.idle();
  }

  /** Sets off nothing more from now on, and waits for what goes on. */
  async close(): Promise<void> {
    const { scheduler, copier, captures, background } = this.#core();
    this.#closed = true;
    this.#forgetTimer();
    this.#stopListening();
    scheduler.close();
    copier.close();
    captures.close();
    background.close();
    await background.idle();
  }

  /** The machine has slept, and disks or networks may not be what they were. */
  #wake(): void {
    for (const { name, afterSleep } of RECURRING) if (afterSleep === true) this.#done.delete(name);
    this.#tick(true);
  }

  #tick(ignoreBackoff: boolean): void {
    const { scheduler, copier, captures, background } = this.#core();
    readMachineZone();
    this.#try('schedules', () => scheduler.tick({ ignoreBackoff }));
    this.#try('copies', () => copier.tick({ ignoreBackoff }));
    this.#try('captures', () => captures.tick());
    background.retryDue();
    this.#recur(false);
    this.#try('the timer', () => this.arm());
  }

  /** @param atEnd the host is about to be gone: what it has not done by now, it will not do */
  #recur(atEnd: boolean): void {
    const core = this.#core();
    const now = core.clock.now().getTime();
    for (const step of RECURRING) {
      if (!atEnd && !this.#isDue(step, now)) continue;
      this.#done.set(step.name, now);
      core.background.begin(step.name, async () => step.work(core));
    }
  }

  /** A clock that was set back makes a step due: nobody knows how long ago it was done. */
  #isDue({ name, everyMs }: RecurringStep, now: number): boolean {
    const last = this.#done.get(name);
    return last === undefined || now < last || now - last >= everyMs;
  }

  async #follow(run: Run): Promise<void> {
    const core = this.#core();
    for (const step of AFTER_RUN) {
      if (this.#closed) return;
      if (step.follows(run)) await this.#step(core, step, run);
    }
  }

  /** What fails is said in the log of the run that it follows. */
  #step({ background, catalog, clock }: CoreContext, step: RunStep, run: Run): Promise<void> {
    const subject = run.planId ?? run.destinationId ?? run.id;
    return background.persist(
      `${step.name} of ${subject}`,
      async () => step.work(this.#core(), run),
      ({ message, hint }) =>
        this.#try('the log of a run', () =>
          catalog.runs.addLog(run.id, {
            at: clock.now().toISOString(),
            level: 'warning',
            message: `“${step.name}” failed after this run and will be retried. ${message} ${hint ?? ''}`.trim(),
          }),
        ),
    );
  }

  #try(name: string, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#core().log.error(`Failed: ${name}. ${explainError(error, name).message}`, { error });
    }
  }
}
