import type { Clock } from '../../src-main/core/ports.ts';

interface Timer {
  at: number;
  callback: () => void;
}

/** A clock that goes on only when it is told to. */
export class FakeClock implements Clock {
  #now: number;
  readonly #timers = new Set<Timer>();

  constructor(now: Date | number = new Date()) {
    this.#now = Number(now);
  }

  now(): Date {
    return new Date(this.#now);
  }

  wake(afterMs: number, callback: () => void): () => void {
    const timer = { at: this.#now + afterMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** Goes on by so many milliseconds; whoever is woken on the way is waited for with `settled`. */
  async advance(ms: number, settled: () => Promise<void>): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      const next = [...this.#timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
      await settled();
    }
    this.#now = until;
  }

  /** Sets the clock without waking anyone, as sleep or a hand does. Timers do not follow a clock that is set back. */
  jump(ms: number): void {
    this.#now += ms;
    if (ms < 0) for (const timer of this.#timers) timer.at += ms;
  }
}
