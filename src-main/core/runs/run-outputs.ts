import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { cancelledError } from '../engine/task-context.ts';
import type { Clock, WorkerOutput } from '../ports.ts';

/** How long a run waits for its output, in milliseconds. */
const PATIENCE_MS = 30_000;

/** Brings runs that write into a stream and their streams together, whichever comes first. */
export class RunOutputs {
  readonly #clock: Clock;
  readonly #given = new Map<string, WorkerOutput>();
  readonly #waiting = new Map<string, (output: WorkerOutput) => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Gives a run its output. @returns whether it had none before */
  give(runId: string, output: WorkerOutput): boolean {
    if (this.#given.has(runId)) return false;
    const take = this.#waiting.get(runId);
    if (take !== undefined) take(output);
    else {
      this.#given.set(runId, output);
      // Whoever wanted to read is gone before the run has begun.
      if (typeof output !== 'number') output.once('close', () => this.#given.delete(runId));
    }
    return true;
  }

  /**
   * Waits for the output of a run.
   * @throws SnapkeepError `UNAVAILABLE` when nobody brings one, `CANCELLED`
   */
  async of(runId: string, signal: AbortSignal): Promise<WorkerOutput> {
    const given = this.#given.get(runId);
    this.#given.delete(runId);
    if (given !== undefined) return given;
    const { promise, resolve, reject } = Promise.withResolvers<WorkerOutput>();
    const cancel = (): void => reject(cancelledError());
    const forget = this.#clock.wake(PATIENCE_MS, () => reject(notConnected()));
    signal.addEventListener('abort', cancel);
    this.#waiting.set(runId, resolve);
    try {
      return await promise;
    } finally {
      forget();
      signal.removeEventListener('abort', cancel);
      this.#waiting.delete(runId);
    }
  }
}

const notConnected = (): SnapkeepError =>
  new SnapkeepError('UNAVAILABLE', 'No program is connected to read the snapshot.', {
    hint: 'Use the command line: snapkeep backup … --output -',
  });
