import type { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { explainError } from '../engine/engine-errors.ts';
import type { Clock, Log } from '../ports.ts';
import { isTimeToRetry, RETRY_LATER } from './retry.ts';

interface Retry {
  readonly work: () => Promise<void>;
  readonly failures: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/**
 * Work that nobody waits for, one of each name at a time. It never ends in an unhandled rejection: what fails is
 * logged, and tried again where that was asked for.
 */
export class Background {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #going = new Map<string, Promise<void>>();
  readonly #retries = new Map<string, Retry>();
  #closed = false;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** Begins work at once, unless work of this name goes on. */
  begin(name: string, work: () => Promise<void>): void {
    if (!this.#closed && !this.#going.has(name)) this.#start(name, work);
  }

  /** Begins work as soon as that of the same name that was asked for before has ended. */
  append(name: string, work: () => Promise<void>): void {
    if (this.#closed) return;
    const before = this.#going.get(name);
    this.#start(name, before === undefined ? work : () => before.then(work));
  }

  /**
   * Does work now, and again after pauses while it fails. Newer work of the same name replaces it.
   * @param failed called after the first failure
   */
  async persist(name: string, work: () => Promise<void>, failed: (error: SnapkeepError) => void): Promise<void> {
    this.#retries.delete(name);
    try {
      await work();
    } catch (error) {
      // What the end of the process cuts off has not failed.
      if (this.#closed) return;
      this.#putOff(name, work, 1, error);
      failed(explainError(error, name));
    }
  }

  /** Does again what has waited long enough. */
  retryDue(): void {
    const now = this.#clock.now().getTime();
    for (const [name, { work, failures, at }] of this.#retries) {
      if (!isTimeToRetry(at, now)) continue;
      this.begin(name, async () => {
        this.#retries.delete(name);
        try {
          await work();
        } catch (error) {
          this.#putOff(name, work, failures + 1, error);
        }
      });
    }
  }

  /** When something is to be tried again, in milliseconds since 1970; `null`: nothing is. */
  nextRetry(): number | null {
    const instants = [...this.#retries.values()].map(({ at }) => at);
    return instants.length === 0 ? null : Math.min(...instants);
  }

  /** Waits for what goes on and what that begins, not for what is tried again later. */
  async idle(): Promise<void> {
    while (this.#going.size > 0) await Promise.all(this.#going.values());
  }

  /** Begins nothing more. */
  close(): void {
    this.#closed = true;
    this.#retries.clear();
  }

  #start(name: string, work: () => Promise<void>): void {
    const going: Promise<void> = this.#attempt(name, work).finally(() => {
      if (this.#going.get(name) === going) this.#going.delete(name);
    });
    this.#going.set(name, going);
  }

  async #attempt(name: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#log.error(`Failed: ${name}.`, { error });
    }
  }

  #putOff(name: string, work: () => Promise<void>, failures: number, error: unknown): void {
    const pause = RETRY_LATER.pauseAfter(failures);
    this.#log.warn(`Failed: ${name}. Retrying in ${pause / 60_000} min.`, { error });
    if (!this.#closed) this.#retries.set(name, { work, failures, at: this.#clock.now().getTime() + pause });
  }
}
