import { hasHistory } from '../../../src-shared/model/history/history-settings.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import { captureIntervalMs } from '../../../src-shared/retention/history-reach.ts';
import type { CoreContext } from '../core-context.ts';
import { explainError } from '../engine/engine-errors.ts';
import { isTimeToRetry, RETRY_LATER } from '../process/retry.ts';
import { activePause } from '../schedule/schedule-state.ts';
import { SourceWatch } from '../schedule/source-watch.ts';
import { startCapture } from './start-capture.ts';
import { isWriter } from './take-over.ts';

/** What is remembered of a plan between two looks at its database. */
interface Watched {
  /** What its files looked like when they were last captured; `null`: unknown. */
  fingerprint: string | null;
  /** Of a look that is going on. */
  looking: string | null;
  /** When to look next, in milliseconds since 1970. */
  nextAt: number;
  /** How often in a row a capture has failed, or left a destination without it. */
  attempts: number;
}

/**
 * Captures the changes of databases whose plans have a history: as often as the plan says, at most a twentieth of the time,
 * and only when the files of the database have changed. What fails, or could not be stored everywhere, is tried again after
 * pauses that grow.
 */
export class Captures {
  readonly #core: () => CoreContext;
  readonly #checked: () => void;
  readonly #watch = new SourceWatch(() => []);
  readonly #watched = new Map<string, Watched>();
  #serves = false;

  /**
   * @param core asked for only once something happens
   * @param checked told that the time to look next may have changed
   */
  constructor(core: () => CoreContext, checked: () => void) {
    this.#core = core;
    this.#checked = checked;
  }

  /** From now on databases are watched. */
  serve(): void {
    this.#serves = true;
  }

  /** Stops; call it before the runs are cancelled. */
  close(): void {
    this.#serves = false;
  }

  /** Looks at each database whose time has come. */
  tick(): void {
    if (!this.#serves) return;
    const { background } = this.#core();
    const plans = this.#plans();
    const ids = new Set(plans.map(({ id }) => id));
    for (const id of this.#watched.keys()) if (!ids.has(id)) this.#watched.delete(id);
    for (const plan of plans) {
      const watched = this.#of(plan.id);
      if (watched.looking !== null || !isTimeToRetry(watched.nextAt, this.#now())) continue;
      background.begin(`the history of ${plan.id}`, () => this.#look(plan, watched));
    }
  }

  /** When to look at the latest, in milliseconds since 1970. */
  nextTick(): number {
    if (!this.#serves) return Number.POSITIVE_INFINITY;
    const waiting = this.#plans().map(({ id }) => this.#of(id));
    return Math.min(
      Number.POSITIVE_INFINITY,
      ...waiting.flatMap(({ looking, nextAt }) => (looking === null ? [nextAt] : [])),
    );
  }

  /** Takes in how a capture ended. */
  ended(run: Run): void {
    if (run.kind !== 'capture' || run.planId === null) return;
    const watched = this.#of(run.planId);
    const isDone = run.state === 'succeeded' && run.result?.kind === 'capture' && run.result.waiting === 0;
    watched.fingerprint = isDone ? watched.looking : null;
    watched.looking = null;
    watched.attempts = isDone ? 0 : watched.attempts + 1;
    watched.nextAt =
      this.#now() + Math.max(this.#intervalOf(run.planId), isDone ? 0 : RETRY_LATER.pauseAfter(watched.attempts));
    this.#checked();
  }

  async #look(plan: Plan, watched: Watched): Promise<void> {
    watched.looking = '';
    const fingerprint = await this.#watch.fingerprintOf({ ...plan, attachedFiles: [] });
    const isSame = fingerprint === null || fingerprint === watched.fingerprint;
    if (!this.#serves || isSame) {
      watched.looking = null;
      watched.nextAt = this.#now() + this.#intervalOf(plan.id);
      // The check of the source reports a missing database.
      if (this.#serves && fingerprint !== null) this.#noteLook(plan.id);
      return this.#checked();
    }
    watched.looking = fingerprint;
    try {
      await startCapture(this.#core(), plan);
    } catch (error) {
      watched.looking = null;
      watched.attempts += 1;
      watched.nextAt = this.#now() + RETRY_LATER.pauseAfter(watched.attempts);
      this.#core().log.warn(`The history of ${plan.name} was not captured. ${explainError(error, plan.name).message}`);
      this.#checked();
    }
  }

  /** Up to now there was nothing to capture. */
  #noteLook(planId: string): void {
    const { catalog, clock } = this.#core();
    const history = catalog.histories.ofPlan(planId);
    if (history !== undefined) catalog.histories.change(history.id, { lookedAt: clock.now().toISOString() });
  }

  #plans(): Plan[] {
    const { catalog, ports } = this.#core();
    const pauseOfAll = catalog.settings.pause();
    if (catalog.settings.get().notOnBattery && ports.power?.onBattery()) return [];
    return catalog.plans.list().filter(({ id, history, paused }) => {
      const known = catalog.histories.ofPlan(id);
      // Where another service writes the history, nothing is captured until a person takes it over.
      const isOwn = known === undefined || isWriter(this.#core(), known);
      return hasHistory(history) && isOwn && activePause([paused, pauseOfAll], this.#now()) === null;
    });
  }

  #intervalOf(planId: string): number {
    const { catalog } = this.#core();
    const seconds = catalog.plans.get(planId)?.history.intervalSeconds ?? 60;
    return captureIntervalMs(seconds, catalog.histories.ofPlan(planId) ?? { captureMs: null, journalMode: null });
  }

  #of(planId: string): Watched {
    const known = this.#watched.get(planId) ?? { fingerprint: null, looking: null, nextAt: 0, attempts: 0 };
    this.#watched.set(planId, known);
    return known;
  }

  #now(): number {
    return this.#core().clock.now().getTime();
  }
}
