import type { RunPhase, RunProgress } from '../../../src-shared/model/run.ts';

const WINDOW_MS = 4000;

/** Turns reports of bytes into progress with a rate, measured over the last seconds of a phase. */
export class RateMeter {
  #phase: RunPhase | undefined;
  #samples: Array<{ at: number; done: number }> = [];

  /** @param at milliseconds on any clock that does not jump */
  measure(phase: RunPhase, done: number, total: number | null, at: number): RunProgress {
    if (phase !== this.#phase || done < (this.#samples.at(-1)?.done ?? 0)) {
      this.#phase = phase;
      this.#samples = [];
    }
    this.#samples.push({ at, done });
    while (this.#samples.length > 2 && at - (this.#samples[0]?.at ?? at) > WINDOW_MS) this.#samples.shift();
    const first = this.#samples[0];
    const seconds = first === undefined ? 0 : (at - first.at) / 1000;
    const rate = first === undefined || seconds < 0.2 ? null : (done - first.done) / seconds;
    return { phase, done, total, rate };
  }
}
