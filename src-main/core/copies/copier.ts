import type { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import { classifyFailure } from '../../../src-shared/rules/failures.ts';
import { tellDestinations } from '../catalog/changes.ts';
import type { CoreContext } from '../core-context.ts';
import { assertReachable, withDestination } from '../destinations/destination-access.ts';
import { explainError } from '../engine/engine-errors.ts';
import { isTimeToRetry, RETRY_LATER } from '../process/retry.ts';
import { activePause } from '../schedule/schedule-state.ts';
import { startCopyRun } from './copy-run.ts';
import { finishRemovals } from './remove-copy.ts';

/** Who cancels a copy does not want it to begin again in a minute; milliseconds. */
const AFTER_CANCEL_MS = 3_600_000;

interface RetryState {
  /** How often in a row it was away. */
  attempts: number;
  /** Milliseconds since 1970. */
  retryAt: number | null;
}

/**
 * Decides when copies are made: at once, and where a destination is unavailable again after pauses that grow, after the
 * machine has slept, and at the start. Each destination stands for itself. What holds back schedules, a pause of
 * everything or the battery, holds back copies too.
 */
export class Copier {
  readonly #core: () => CoreContext;
  readonly #checked: () => void;
  readonly #retries = new Map<string, RetryState>();
  #triesAgain = false;
  #closed = false;

  /**
   * @param core asked for only once something happens
   * @param checked told that the time to look next may have changed
   */
  constructor(core: () => CoreContext, checked: () => void) {
    this.#core = core;
    this.#checked = checked;
  }

  /** From now on it is checked automatically again. */
  serve(): void {
    this.#triesAgain = true;
  }

  /**
   * Starts what can be copied now.
   * @param ignoreBackoff what waits to be tried again is tried now; of one destination, if one is named
   */
  tick({ ignoreBackoff = false, destinationId }: { ignoreBackoff?: boolean; destinationId?: string } = {}): void {
    if (this.#closed) return;
    const { background, catalog, clock } = this.#core();
    catalog.copies.waitUntilNow(clock.now().toISOString());
    const held = this.heldBack() !== null;
    for (const id of catalog.copies.awaited()) {
      const retry = this.#retryStateOf(id);
      if (ignoreBackoff && (destinationId === undefined || destinationId === id)) retry.retryAt = null;
      if (held || this.#isCopying(id) || !isTimeToRetry(retry.retryAt ?? 0, this.#now())) continue;
      background.begin(`copies to ${id}`, () => this.#tickOne(id));
    }
    this.#checked();
  }

  /** When to look at the latest, in milliseconds since 1970. */
  nextTick(): number {
    const retries = this.#core()
      .catalog.copies.awaited()
      .flatMap((id) => this.#retries.get(id)?.retryAt ?? []);
    return Math.min(Number.POSITIVE_INFINITY, ...retries);
  }

  /** Takes in how a run ended, if it copied. */
  ended(run: Run): void {
    const { kind, destinationId } = run;
    if (kind !== 'copy' || destinationId === null) return;
    const left = run.result?.kind === 'copy' ? run.result.left : 0;
    if (run.state === 'succeeded' && left === 0) this.#retries.delete(destinationId);
    else if (run.state === 'cancelled')
      this.#retries.set(destinationId, { attempts: 0, retryAt: this.#now() + AFTER_CANCEL_MS });
    else this.#pause(destinationId);
    this.tick();
  }

  /** Why nothing is copied automatically now, as the end of a sentence; `null`: it may. Active copies are finished. */
  heldBack(): string | null {
    const { catalog, ports } = this.#core();
    if (activePause([catalog.settings.pause()], this.#now()) !== null) return 'all schedules are paused.';
    return catalog.settings.get().notOnBattery && ports.power?.onBattery() ? 'this machine runs on battery.' : null;
  }

  /** When copies to a destination are tried again by themselves; `null`: they do not wait for that. */
  nextTryAt(destinationId: string): Date | null {
    const retryAt = this.#retries.get(destinationId)?.retryAt ?? null;
    if (!this.#triesAgain || this.#isCopying(destinationId) || this.heldBack() !== null) return null;
    return retryAt === null ? null : new Date(retryAt);
  }

  /** Stops; call it before the runs are cancelled. */
  close(): void {
    this.#closed = true;
    this.#triesAgain = false;
  }

  async #tickOne(id: string): Promise<void> {
    try {
      const core = this.#core();
      const away = await probe(core, id);
      if (this.#closed) return;
      const destination = core.catalog.destinations.get(id);
      if (away !== null) this.#backOff(id, away);
      else if (this.heldBack() === null && (destination === undefined || startCopyRun(core, destination) === null))
        this.#retries.delete(id);
    } catch (error) {
      this.#backOff(id, explainError(error, 'the destination'));
    }
  }

  #backOff(id: string, why: SnapkeepError): void {
    this.#pause(id);
    this.#checked();
    const core = this.#core();
    core.catalog.copies.explainWaiting(id, why.message);
    tellDestinations(core, [id]);
  }

  #pause(id: string): void {
    const attempts = this.#retryStateOf(id).attempts + 1;
    this.#retries.set(id, { attempts, retryAt: this.#now() + RETRY_LATER.pauseAfter(attempts) });
  }

  #isCopying(id: string): boolean {
    return this.#core()
      .runs.active()
      .some((run) => run.kind === 'copy' && run.destinationId === id);
  }

  #retryStateOf(id: string): RetryState {
    const known = this.#retries.get(id) ?? { attempts: 0, retryAt: null };
    this.#retries.set(id, known);
    return known;
  }

  #now(): number {
    return this.#core().clock.now().getTime();
  }
}

/** Asks a destination whether it is available. Lasting trouble is met by the run, which reports it. */
async function probe(core: CoreContext, destinationId: string): Promise<SnapkeepError | null> {
  const destination = core.catalog.destinations.get(destinationId);
  if (destination === undefined) return null;
  try {
    await withDestination(core, destination, async (driver) => {
      await assertReachable(core, destination, driver);
      await finishRemovals(core, driver, destination, (location) => core.runs.isLocked(location));
    });
    return null;
  } catch (error) {
    const explained = explainError(error, destination.name);
    return classifyFailure(explained.code) === 'unavailable' ? explained : null;
  }
}
