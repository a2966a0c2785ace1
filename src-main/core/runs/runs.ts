import { join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { LogEntry, Run, RunResult } from '../../../src-shared/model/run.ts';
import type { RunRepo } from '../catalog/repos/run-repo.ts';
import { cancelledError } from '../engine/task-context.ts';
import { ActiveRun, type RunRecords } from './active-run.ts';
import { type Execution, executeRun, leftoversOf, type RunEnding } from './execute-run.ts';
import { newRun } from './new-run.ts';
import { RunQueue } from './run-queue.ts';
import type { RunSpec } from './run-work.ts';

/** Follows each run that begins and ends, whoever listens to events. Never throws. */
export interface RunFollower {
  /** The run has left the queue. */
  began(run: Run): void;
  /** The run has ended, whatever its end; nobody who waits for it goes on before this answers. */
  ended(run: Run): void;
}

/** How many runs work at a time. */
const PARALLEL_RUNS = 2;
/** How many destinations are copied to at a time, beside them. */
const PARALLEL_COPIES = 4;

/** What runs are made with. */
export interface RunsOptions extends RunRecords, RunEnding {
  stagingFolder: string;
  /** How long a run may take, in minutes; `null`: as long as it needs. */
  timeLimitOf: (spec: RunSpec) => number | null;
  follower: RunFollower;
}

/** Starts runs, follows them, and remembers them. */
export class Runs {
  readonly #options: RunsOptions;
  readonly #queue = new RunQueue(PARALLEL_RUNS);
  /** Uploads take long and little of the machine: no backup waits for them, nor one destination for another. */
  readonly #copyQueue = new RunQueue(PARALLEL_COPIES);
  /** A search reads a little of everything: no backup waits for it. */
  readonly #findQueue = new RunQueue(1);
  readonly #active = new Map<string, ActiveRun>();
  #closed = false;

  constructor(options: RunsOptions) {
    this.#options = options;
  }

  /**
   * Queues a run and answers it as it is now.
   * @throws SnapkeepError `CANCELLED` once everything is cancelled
   */
  start(spec: RunSpec): Run {
    if (this.#closed) throw cancelledError();
    const { locks = [], folders = [], work: _work, ...about } = spec;
    const queued = newRun(about, this.#options.clock.now().toISOString());
    const { id } = queued;
    const active = new ActiveRun(this.#options, queued, leftoversOf(spec, this.stagingFolderOf(id)));
    this.#active.set(id, active);
    active.announce();
    const queue = this.#queueOf(spec);
    active.abort.signal.addEventListener('abort', () => {
      if (queue.withdraw(id)) this.#finish(active, { error: cancelledError(), leftovers: null });
    });
    queue.add({
      id,
      locks,
      folders,
      waits: (reason) => active.change({ waitingFor: reason }),
      start: async () => this.#finish(active, await this.#execute(active, spec)),
    });
    return active.run;
  }

  #queueOf({ kind }: RunSpec): RunQueue {
    return kind === 'copy' ? this.#copyQueue : kind === 'find' || kind === 'findRows' ? this.#findQueue : this.#queue;
  }

  /** @throws SnapkeepError `NOT_FOUND` */
  get(id: string): Run {
    const run = this.#active.get(id)?.run ?? this.#options.repo.get(id);
    if (run === undefined)
      throw new SnapkeepError('NOT_FOUND', 'Run not found.', { hint: 'Refresh the list of runs.' });
    return run;
  }

  /** Waits until a run has ended, whatever its end. */
  async ended(id: string): Promise<Run> {
    return (await this.#active.get(id)?.ended) ?? this.get(id);
  }

  /** Whether a run waits or is executed. */
  isActive(id: string): boolean {
    return this.#active.has(id);
  }

  active(): Run[] {
    return [...this.#active.values()].map((active) => active.run);
  }

  /** Newest first; active ones with their newest progress. */
  list(filter: Parameters<RunRepo['list']>[0]): Run[] {
    return this.#options.repo.list(filter).map((run) => this.#active.get(run.id)?.run ?? run);
  }

  log(id: string): LogEntry[] {
    return this.#options.repo.log(id);
  }

  /** Asks a run to stop, and answers it; it may need a moment to end. */
  cancel(id: string): Run {
    const active = this.#active.get(id);
    if (active === undefined) return this.get(id);
    active.change({ cancelRequested: true });
    active.abort.abort();
    return this.get(id);
  }

  /** Whether a run uses this canonical path right now. */
  isLocked(path: string): boolean {
    return this.#queue.isLocked(path);
  }

  /** Whether a run that waits or is executed uses this canonical path. */
  isWanted(path: string): boolean {
    return this.#queue.isWanted(path);
  }

  /** Keeps runs from starting that use a folder or what is in it, until the answer is called. */
  hold(folder: string): () => void {
    const releases = [this.#queue.hold(folder), this.#copyQueue.hold(folder)];
    return () => {
      for (const release of releases) release();
    };
  }

  /** Changes the result of a finished run. */
  amend(id: string, result: RunResult): void {
    const run = { ...this.get(id), result };
    this.#options.repo.amend(run);
    this.#options.events.emit('run.changed', { run });
  }

  /** Cancels everything, starts nothing more, and waits until the workers are gone. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const id of [...this.#active.keys()]) this.cancel(id);
    await Promise.all([this.#queue.close(), this.#copyQueue.close(), this.#findQueue.close()]);
  }

  /** Where a run has its temporary files. */
  stagingFolderOf(id: string): string {
    return join(this.#options.stagingFolder, id);
  }

  #execute(active: ActiveRun, spec: RunSpec): Promise<Execution> {
    const { clock, follower, timeLimitOf } = this.#options;
    active.change({ state: 'running', startedAt: active.now(), waitingFor: null });
    follower.began(active.run);
    return executeRun(active, spec, {
      ending: this.#options,
      limit: { clock, minutes: timeLimitOf(spec) },
      stagingFolder: this.stagingFolderOf(active.run.id),
    });
  }

  #finish(active: ActiveRun, { error, leftovers }: Execution): void {
    this.#active.delete(active.run.id);
    this.#options.follower.ended(active.finish(error, leftovers));
    active.release();
  }
}
