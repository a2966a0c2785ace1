/** A disk that takes longer than this for a call, on the average, is better asked for several things at once. */
const SLOW_MS = 0.3;
/** Calls that took so long together say enough of a disk. */
const ENOUGH_MS = 20;

/**
 * Decides how small calls of the file system are made. A local disk has answered before a thread of libuv's pool is
 * even woken, so its calls are made at once, which blocks the worker's thread. A share, or a disk that has to look for
 * it, is asked for several things at a time.
 */
export class Pace {
  #calls = 0;
  #ms = 0;
  #slow: boolean;

  /** @param mustNotBlock no call is made at once */
  constructor(mustNotBlock = false) {
    this.#slow = mustNotBlock;
  }

  /** @param now the call that blocks; @param later the same call that does not */
  async run<T>(now: () => T, later: () => Promise<T>): Promise<T> {
    if (this.#slow) return later();
    const started = performance.now();
    try {
      return now();
    } finally {
      this.#calls += 1;
      this.#ms += performance.now() - started;
      this.#slow = this.#ms > ENOUGH_MS && this.#ms / this.#calls > SLOW_MS;
    }
  }
}
