import type { RunPhase } from '../../../src-shared/model/run.ts';
import { fileSize } from '../engine/files/durable-files.ts';

/** How often the size of a growing file is read, in milliseconds. */
const CHECK_EVERY_MS = 250;

/** Tells how far a file has grown while the worker that writes it can say nothing. */
export class GrowthWatch {
  readonly #tell: (phase: RunPhase, done: number, total: number) => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(tell: (phase: RunPhase, done: number, total: number) => void) {
    this.#tell = tell;
  }

  /** @param total how many bytes it will have, about */
  start({ phase, path, total }: { phase: RunPhase; path: string; total: number }): void {
    this.stop();
    const timer = setInterval(async () => {
      // It has not been begun, or is gone already.
      const size = await fileSize(path).catch(() => 0);
      if (this.#timer === timer && size > 0) this.#tell(phase, Math.min(size, total), total);
    }, CHECK_EVERY_MS);
    this.#timer = timer;
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
