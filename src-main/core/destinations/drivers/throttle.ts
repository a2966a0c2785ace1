import { setTimeout } from 'node:timers/promises';

/** A clock that counts milliseconds and never jumps. */
export interface ThrottleClock {
  now(): number;
  /** Waits a number of milliseconds. @throws when the signal is aborted */
  wait(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

const realClock: ThrottleClock = {
  now: () => performance.now(),
  wait: (milliseconds, signal) => setTimeout(milliseconds, undefined, signal === undefined ? {} : { signal }),
};

/**
 * Keeps all transfers that share it below a number of bytes per second. A piece passes at once when those before it have
 * been paid for, and what it costs is paid by the next one; so no piece is too large, and an idle time earns nothing.
 */
export class Throttle {
  readonly #bytesPerSecond: number | null;
  readonly #clock: ThrottleClock;
  #paidAt = Number.NEGATIVE_INFINITY;

  /** @param bytesPerSecond `null`: no limit */
  constructor(bytesPerSecond: number | null, clock: ThrottleClock = realClock) {
    this.#bytesPerSecond = bytesPerSecond;
    this.#clock = clock;
  }

  /** Waits until a number of bytes may pass. @throws when the signal is aborted */
  async take(bytes: number, signal?: AbortSignal): Promise<void> {
    if (this.#bytesPerSecond === null) return;
    const now = this.#clock.now();
    const passesAt = Math.max(now, this.#paidAt);
    this.#paidAt = passesAt + (bytes / this.#bytesPerSecond) * 1000;
    if (passesAt > now) await this.#clock.wait(passesAt - now, signal);
  }
}

/** One throttle for each destination, however often it is opened. */
export class Throttles {
  readonly #known = new Map<string, { bytesPerSecond: number | null; throttle: Throttle }>();
  readonly #clock: ThrottleClock;

  constructor(clock: ThrottleClock = realClock) {
    this.#clock = clock;
  }

  /** The throttle of a destination; another limit holds for the transfers that begin from now on. */
  of(destinationId: string, bytesPerSecond: number | null): Throttle {
    const known = this.#known.get(destinationId);
    if (known?.bytesPerSecond === bytesPerSecond) return known.throttle;
    const throttle = new Throttle(bytesPerSecond, this.#clock);
    this.#known.set(destinationId, { bytesPerSecond, throttle });
    return throttle;
  }
}
