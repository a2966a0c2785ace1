import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Unlocking } from '../engine/sqlite/database-key.ts';
import { cancelledError } from '../engine/task-context.ts';
import type { Clock, ProcessEnd, StartWorkerProcess, WorkerProcess } from '../ports.ts';
import { lostError } from '../runs/task-process.ts';
import { TimeLimitError } from '../runs/time-limit.ts';
import { WorkerMessage, type WorkerOrder } from '../runs/worker-protocol.ts';
import {
  QUESTION_LIMIT_MS,
  VIEW_ANSWERS,
  type ViewAnswer,
  type ViewParams,
  type ViewQuestion,
} from './view-questions.ts';

/** An image that a view reads. */
export interface ViewedImage {
  path: string;
  unlocking: Unlocking | null;
}

/** How a question is asked. */
export interface Asking {
  /** Ends it: the process is killed, for SQLite cannot be interrupted within a statement. */
  signal: AbortSignal;
  onProgress?: (done: number, total: number | null) => void;
}

/** What view processes are started with. */
export interface ViewProcessOptions {
  start: StartWorkerProcess;
  clock: Clock;
  /** See `worker-lock.ts`. */
  lockFile: string;
  isLowPriority: () => boolean;
}

interface Pending {
  id: number;
  question: ViewQuestion;
  answer: PromiseWithResolvers<unknown>;
  onProgress: Asking['onProgress'];
}

/**
 * The child process of a view, which answers one question at a time. It is started by a question, killed with one that
 * is cancelled or takes too long, and started again by the next.
 */
export class ViewProcess {
  readonly #options: ViewProcessOptions;
  readonly #images: readonly ViewedImage[];
  #process: WorkerProcess | null = null;
  #ended: Promise<void> = Promise.resolve();
  #pending: Pending | null = null;
  #asked = 0;
  #ends = 0;

  constructor(options: ViewProcessOptions, images: readonly ViewedImage[]) {
    this.#options = options;
    this.#images = images;
  }

  /** Whether a process is running. */
  get isRunning(): boolean {
    return this.#process !== null;
  }

  /**
   * Asks a question; nothing else may be asked meanwhile.
   * @throws SnapkeepError `CANCELLED`, `TIMED_OUT`, and what the question is answered with
   */
  async ask<Q extends ViewQuestion>(question: Q, params: ViewParams[Q], asking: Asking): Promise<ViewAnswer<Q>> {
    const { signal, onProgress } = asking;
    if (signal.aborted) throw cancelledError();
    const answer = Promise.withResolvers<unknown>();
    // It may be cancelled while the process starts, before anybody waits for the answer.
    answer.promise.catch(() => undefined);
    this.#asked += 1;
    const pending: Pending = { id: this.#asked, question, answer, onProgress };
    this.#pending = pending;
    const onAbort = (): void => this.end(cancelledError());
    signal.addEventListener('abort', onAbort);
    const limit = QUESTION_LIMIT_MS[question];
    const forgetLimit = this.#options.clock.wake(limit, () =>
      this.end(new TimeLimitError('The query', limit, LIMIT_HINT)),
    );
    try {
      const process = await this.#running();
      process?.send({ type: 'ask', id: pending.id, question, params } satisfies WorkerOrder);
      return VIEW_ANSWERS[question].parse(await answer.promise) as ViewAnswer<Q>;
    } finally {
      this.#pending = null;
      forgetLimit();
      signal.removeEventListener('abort', onAbort);
    }
  }

  /**
   * Ends the process at once, which only reads.
   * @param error what a question that it was answering fails with
   */
  end(error: SnapkeepError): void {
    this.#ends += 1;
    this.#pending?.answer.reject(error);
    this.#process?.kill();
    this.#process = null;
  }

  /** Waits until the process that was ended is gone, so that its files are closed. */
  async gone(): Promise<void> {
    await this.#ended;
  }

  /** Returns the process, started if need be; `null`: it was ended before it could be asked anything. */
  async #running(): Promise<WorkerProcess | null> {
    if (this.#process !== null) return this.#process;
    const { start, lockFile, isLowPriority } = this.#options;
    const ends = this.#ends;
    const started = Promise.resolve(start(null));
    const ended = Promise.withResolvers<void>();
    this.#ended = ended.promise;
    started.catch(() => ended.resolve());
    const process = await started;
    const ready = Promise.withResolvers<void>();
    process.onMessage((message) => {
      const parsed = WorkerMessage.safeParse(message);
      if (parsed.success && parsed.data.type === 'ready') ready.resolve();
      else if (parsed.success) this.#take(parsed.data);
      else this.#pending?.answer.reject(parsed.error);
    });
    process.onEnd((end) => {
      ready.resolve();
      ended.resolve();
      this.#lost(process, end);
    });
    if (this.#ends === ends) this.#process = process;
    else process.kill();
    await ready.promise;
    if (this.#ends !== ends) return null;
    process.send({
      type: 'view',
      images: [...this.#images],
      lockFile,
      lowPriority: isLowPriority(),
    } satisfies WorkerOrder);
    return process;
  }

  #take(message: WorkerMessage): void {
    const pending = this.#pending;
    if (!('id' in message) || pending?.id !== message.id) return;
    if (message.type === 'asked') pending.onProgress?.(message.done, message.total);
    else if (message.type === 'answered') pending.answer.resolve(message.result);
    else pending.answer.reject(SnapkeepError.fromBody(message.error));
  }

  #lost(process: WorkerProcess, end: ProcessEnd): void {
    // One that was ended has been replaced already, or is to be.
    if (this.#process !== process) return;
    this.#process = null;
    this.#pending?.answer.reject(lostError(end));
  }
}

const LIMIT_HINT = 'Add a filter or a LIMIT, or read fewer tables at a time.';
