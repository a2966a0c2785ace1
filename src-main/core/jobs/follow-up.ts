import { explainError } from '../engine/engine-errors.ts';
import type { Clock } from '../ports.ts';

const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 60 * 60_000;

/**
 * What follows the ends of runs. What fails is said in the log of the run that it follows, and tried again after
 * pauses that double from a minute to an hour.
 */
export class FollowUp {
  readonly #clock: Clock;
  readonly #warn: (runId: string, message: string) => void;
  readonly #going = new Set<Promise<void>>();
  readonly #timers = new Set<() => void>();
  #closed = false;

  /** @param warn writes into the log of a run */
  constructor(clock: Clock, warn: (runId: string, message: string) => void) {
    this.#clock = clock;
    this.#warn = warn;
  }

  /** Does something after a run, at once. */
  add(runId: string, work: () => Promise<void>): void {
    this.#try(runId, work, FIRST_PAUSE_MS);
  }

  /** Waits for what is under way, not for what is tried again later. */
  async settled(): Promise<void> {
    await Promise.all(this.#going);
  }

  /** Nothing is tried again; the next run does it. */
  close(): void {
    this.#closed = true;
    for (const forget of this.#timers) forget();
  }

  #try(runId: string, work: () => Promise<void>, pauseMs: number): void {
    const going: Promise<void> = work()
      .catch((error: unknown) => this.#tryAgain(runId, work, pauseMs, error))
      .finally(() => this.#going.delete(going));
    this.#going.add(going);
  }

  #tryAgain(runId: string, work: () => Promise<void>, pauseMs: number, error: unknown): void {
    if (this.#closed) return;
    const { message, hint } = explainError(error, 'what was to be tidied up');
    // Once: what fails again and again says nothing new.
    if (pauseMs === FIRST_PAUSE_MS)
      this.#warn(runId, `Not everything could be tidied up after it; it is tried again. ${message} ${hint}`);
    const forget = this.#clock.wake(pauseMs, () => {
      this.#timers.delete(forget);
      this.#try(runId, work, Math.min(pauseMs * 2, LONGEST_PAUSE_MS));
    });
    this.#timers.add(forget);
  }
}
