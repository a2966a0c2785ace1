import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { LogEntry, RunPhase } from '../../../src-shared/model/run.ts';
import type { EncryptionSecret } from '../engine/packing/encryption.ts';
import type { DatabaseKey } from '../engine/sqlite/database-key.ts';
import { cancelledError } from '../engine/task-context.ts';
import type { Clock, ProcessEnd, StartWorkerProcess, WorkerOutput, WorkerProcess } from '../ports.ts';
import type { WorkerTaskName, WorkerTasks } from '../worker-tasks.ts';
import { GrowthWatch } from './growth-watch.ts';
import { type Kept, WorkerMessage, type WorkerOrder } from './worker-protocol.ts';

/** How long a worker process may go on after it was asked to stop, in milliseconds; then it is killed. */
export const GRACE_MS = 5_000;

/** Gets what a worker process reports while it works. */
export interface WorkerListener {
  onProgress?(phase: RunPhase, done: number, total: number | null): void;
  onLog?(level: LogEntry['level'], message: string): void;
  /** What Undo would put back, and what is about to be replaced. The worker waits until this has returned. */
  onKept?(kept: Kept): void;
  /** A snapshot is stored. The worker waits until this has ended. */
  onStored?(manifest: Manifest): Promise<void>;
  /** The next piece of the statements that a preview comes to. */
  onSql?(piece: string): void;
  /** The process was killed or died in the middle of its task: what it had begun is still there. */
  onLost?(): void;
}

/** What a task is done with. */
export interface WorkerOptions {
  stagingFolder: string;
  signal: AbortSignal;
  listener?: WorkerListener;
  keys?: readonly DatabaseKey[];
  encryptionSecrets?: readonly EncryptionSecret[];
  /** Other programs come first, whatever the settings say. */
  lowPriority?: boolean;
  /** What the worker has as its standard output. */
  output?: WorkerOutput;
}

/** Does one task in a child process. */
export type RunInWorker = <T extends WorkerTaskName>(
  task: T,
  request: WorkerTasks[T]['request'],
  options: WorkerOptions,
) => Promise<WorkerTasks[T]['result']>;

/**
 * Makes the function that does tasks in child processes.
 * @param lockFile see `worker-lock.ts`
 * @param isLowPriority asked before each task, see the setting of this name
 * @param onDecrypted told what has opened an encryption
 */
export function createWorkerRunner(
  start: StartWorkerProcess,
  clock: Clock,
  lockFile: string,
  isLowPriority: () => boolean,
  onDecrypted: (secret: EncryptionSecret) => void,
): RunInWorker {
  return async (task, request, options) => {
    if (options.signal.aborted) throw cancelledError();
    const { stagingFolder, keys = [], encryptionSecrets = [] } = options;
    const order = {
      type: 'start',
      task,
      request,
      lockFile,
      stagingFolder,
      lowPriority: options.lowPriority ?? isLowPriority(),
      keys,
      encryptionSecrets,
    } satisfies WorkerOrder;
    const decrypted = (fingerprint: string): void => {
      for (const secret of encryptionSecrets) if (secret.fingerprint === fingerprint) onDecrypted(secret);
    };
    const started = await start(options.output ?? null);
    return (await new TaskProcess(started, order, options, clock, decrypted).ended()) as never;
  };
}

/**
 * One task in a child process. It is asked to stop when its signal is aborted or a listener throws, and is killed when
 * it has not ended after the grace time: SQLite cannot be interrupted in the middle of a statement, and its journals
 * make a kill safe at any instant.
 */
class TaskProcess {
  readonly #process: WorkerProcess;
  readonly #signal: AbortSignal;
  readonly #listener: WorkerListener;
  readonly #clock: Clock;
  readonly #onDecrypted: (fingerprint: string) => void;
  readonly #growth: GrowthWatch;
  readonly #ended = Promise.withResolvers<unknown>();
  #answer: { result: unknown } | { error: SnapkeepError } | undefined;
  /** What a listener threw: the task failed with it. */
  #notTaken: { error: unknown } | undefined;
  #stopGrace: (() => void) | undefined;

  constructor(
    process: WorkerProcess,
    order: WorkerOrder,
    { signal, listener = {} }: WorkerOptions,
    clock: Clock,
    onDecrypted: (fingerprint: string) => void,
  ) {
    this.#process = process;
    this.#signal = signal;
    this.#listener = listener;
    this.#clock = clock;
    this.#onDecrypted = onDecrypted;
    this.#growth = new GrowthWatch((phase, done, total) => listener.onProgress?.(phase, done, total));
    signal.addEventListener('abort', this.#stop);
    if (signal.aborted) this.#stop();
    process.onMessage((message) => this.#take(message, order));
    process.onEnd((end) => this.#finish(end));
  }

  /** Waits until the process is gone: only then are its files closed and its locks free. */
  ended(): Promise<unknown> {
    return this.#ended.promise;
  }

  readonly #stop = (): void => {
    // Again, too: it may wait for an answer to something it has said since.
    this.#process.send({ type: 'cancel' } satisfies WorkerOrder);
    this.#stopGrace ??= this.#clock.wake(GRACE_MS, () => this.#process.kill());
  };

  #end(answer: { result: unknown } | { error: SnapkeepError }): void {
    this.#answer = answer;
    // It has closed all it had open, and an orderly end would only take longer.
    this.#process.kill();
  }

  #take(given: unknown, order: WorkerOrder): void {
    this.#growth.stop();
    try {
      const message = WorkerMessage.parse(given);
      if (message.type === 'ready') this.#process.send(order);
      else if (message.type === 'finished') this.#end({ result: message.result });
      else if (message.type === 'failed') this.#end({ error: SnapkeepError.fromBody(message.error) });
      else this.#pass(message);
    } catch (error) {
      this.#notTaken ??= { error };
      this.#stop();
    }
  }

  #pass(message: Exclude<WorkerMessage, { type: 'ready' | 'finished' | 'failed' }>): void {
    if (message.type === 'watch') this.#growth.start(message);
    else if (message.type === 'progress') this.#listener.onProgress?.(message.phase, message.done, message.total);
    else if (message.type === 'log') this.#listener.onLog?.(message.level, message.message);
    else if (message.type === 'sql') this.#listener.onSql?.(message.piece);
    else if (message.type === 'decrypted') this.#onDecrypted(message.fingerprint);
    else if (message.type === 'stored') void this.#takeStored(message.manifest);
    else if (message.type === 'kept') {
      this.#listener.onKept?.(message.kept);
      this.#process.send({ type: 'taken' } satisfies WorkerOrder);
    }
  }

  async #takeStored(manifest: Manifest): Promise<void> {
    try {
      await this.#listener.onStored?.(manifest);
      this.#process.send({ type: 'taken' } satisfies WorkerOrder);
    } catch (error) {
      this.#notTaken ??= { error };
      this.#stop();
    }
  }

  #finish(end: ProcessEnd): void {
    this.#growth.stop();
    this.#stopGrace?.();
    this.#signal.removeEventListener('abort', this.#stop);
    if (this.#answer === undefined) this.#listener.onLost?.();
    if (this.#notTaken !== undefined) this.#ended.reject(this.#notTaken.error);
    else if (this.#answer === undefined) this.#ended.reject(this.#signal.aborted ? cancelledError() : lostError(end));
    else if ('error' in this.#answer) this.#ended.reject(this.#answer.error);
    else this.#ended.resolve(this.#answer.result);
  }
}

/** The error of a process that ended before it had answered. */
export function lostError(end: ProcessEnd): SnapkeepError {
  if ('error' in end) {
    return new SnapkeepError('INTERNAL', `A worker process could not be started: ${end.error.message}`, {
      hint: 'Check that the machine has free memory and processes, and try again.',
      cause: end.error,
    });
  }
  const how = end.signal === null ? `with code ${end.code}` : `by ${end.signal}`;
  return new SnapkeepError('INTERNAL', `The worker process ended unexpectedly (${how}).`, {
    hint: 'Check that the machine has enough memory and disk space, and try again.',
  });
}
