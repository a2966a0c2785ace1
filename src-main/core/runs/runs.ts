import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { NotedReplacement } from '../../../src-shared/model/restore/replacement.ts';
import type { LogEntry, Run, RunKind, RunPhase, RunResult } from '../../../src-shared/model/run.ts';
import type { Leftovers, RunRepo } from '../catalog/repos/run-repo.ts';
import { explainError } from '../engine/engine-errors.ts';
import { cancelledError } from '../engine/task-context.ts';
import type { EventBus } from '../event-bus.ts';
import type { Clock, Log } from '../ports.ts';
import type { SettledRun } from '../restore/interrupted/settle-run.ts';
import { interruptedError } from './interruption.ts';
import { withLateFailure } from './late-failure.ts';
import { newRun, scheduledTimeInWords } from './new-run.ts';
import { RateMeter } from './rate-meter.ts';
import { RunQueue } from './run-queue.ts';
import type { WorkerListener } from './task-process.ts';
import { afterLong, TimeLimitError } from './time-limit.ts';

/** What is to be run. */
export interface RunSpec {
  kind: RunKind;
  planId?: string | null;
  planName?: string | null;
  snapshotId?: string | null;
  /** The destination it goes to, if it is about one. */
  destinationId?: string | null;
  subject: string;
  /** The scheduled time of a schedule that it serves. */
  scheduledTime?: Run['scheduledTime'];
  /** Canonical paths of the databases and files it uses. */
  locks: readonly string[];
  /** Folders in which it may have files in the making. */
  folders: readonly string[];
  work(handle: RunHandle): Promise<RunResult>;
}

/** What the work of a run has at hand. */
export interface RunHandle {
  readonly id: string;
  readonly signal: AbortSignal;
  /** A folder of the run's own, removed when it ends unless {@link keepStaging} was called. */
  readonly stagingFolder: string;
  /** Passes on what a worker says. */
  readonly listener: WorkerListener;
  progress(phase: RunPhase, done: number, total: number | null): void;
  log(level: LogEntry['level'], message: string): void;
  /** Changes what is remembered of the run, at once and durably. */
  update(change: Partial<Pick<Run, 'snapshotId' | 'result'>>): void;
  /** Takes note, at once and durably, of what the run is about to replace, and of its result if it ended then. */
  noteReplacement(replacement: NotedReplacement | null, result: RunResult | null): void;
  keepStaging(): void;
}

interface ActiveRun {
  run: Run;
  abort: AbortController;
  ended: Promise<Run>;
}

/** Is told of each run that begins and ends, whoever listens to events. Never throws. */
export interface RunFollower {
  /** The run has left the queue. */
  began(run: Run): void;
  /** The run has ended, whatever its end; nobody who waits for it goes on before this answers. */
  ended(run: Run): void;
}

const LIMIT_HINT =
  'Raise the time limit of the plan if its runs need longer. Otherwise find out what keeps the database or the disk busy.';

/** How many runs go on at a time. */
const PARALLEL_RUNS = 2;
/** How many destinations are copied to at a time, beside them. */
const PARALLEL_COPIES = 4;

/** What runs are made with. */
export interface RunsOptions {
  repo: RunRepo;
  events: EventBus;
  clock: Clock;
  log: Log;
  stagingFolder: string;
  /** Removes what a run whose worker process was lost has left in folders; answers whether all could be reached. */
  cleanUp: (run: Run, leftovers: Leftovers, log: (message: string) => void) => Promise<boolean>;
  /** Settles what a run was replacing that failed or whose worker process was lost. */
  settle: (run: Run, replacement: NotedReplacement, log: (message: string) => void) => Promise<SettledRun>;
  /** Whether those of the folders that are destinations are there: the disk of one may have gone during a run. */
  areReachable: (folders: readonly string[]) => Promise<boolean>;
  /** How long a run may take, in minutes; `null`: as long as it needs. */
  timeLimitOf: (spec: RunSpec) => number | null;
  follower: RunFollower;
}

/** Starts runs, follows them, and remembers them. */
export class Runs {
  readonly #repo: RunRepo;
  readonly #events: EventBus;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #follower: RunFollower;
  readonly #stagingRoot: string;
  readonly #cleanUp: RunsOptions['cleanUp'];
  readonly #settle: RunsOptions['settle'];
  readonly #areReachable: RunsOptions['areReachable'];
  readonly #timeLimitOf: RunsOptions['timeLimitOf'];
  readonly #queue = new RunQueue(PARALLEL_RUNS);
  /** Uploads take long and little of the machine: no backup waits for them, nor one destination for another. */
  readonly #copyQueue = new RunQueue(PARALLEL_COPIES);
  readonly #active = new Map<string, ActiveRun>();
  #closed = false;

  constructor(options: RunsOptions) {
    this.#repo = options.repo;
    this.#cleanUp = options.cleanUp;
    this.#settle = options.settle;
    this.#areReachable = options.areReachable;
    this.#timeLimitOf = options.timeLimitOf;
    this.#events = options.events;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#follower = options.follower;
    this.#stagingRoot = options.stagingFolder;
  }

  /**
   * Queues a run and answers it as it is now; it goes on by itself.
   * @throws SnapkeepError `CANCELLED` once everything is cancelled
   */
  start(spec: RunSpec): Run {
    if (this.#closed) throw cancelledError();
    const run = newRun(spec, this.#now());
    const abort = new AbortController();
    const { promise: ended, resolve: end } = Promise.withResolvers<Run>();
    const active: ActiveRun = { run, abort, ended };
    const stagingFolder = this.stagingFolderOf(run.id);
    // First: what cannot be remembered is not started.
    this.#repo.save(run, { stagingFolder, folders: [...spec.folders], replacement: null });
    this.#active.set(run.id, active);
    this.#announce(run);
    const queue = spec.kind === 'copy' ? this.#copyQueue : this.#queue;
    abort.signal.addEventListener('abort', () => {
      if (queue.withdraw(run.id)) end(this.#finish(active, cancelledError()));
    });
    queue.add({
      id: run.id,
      locks: spec.locks,
      folders: spec.folders,
      waits: (reason) => this.#change(active, { waitingFor: reason }),
      start: async () => end(await this.#execute(active, spec, stagingFolder)),
    });
    return active.run;
  }

  /** @throws SnapkeepError `NOT_FOUND` */
  get(id: string): Run {
    const run = this.#active.get(id)?.run ?? this.#repo.get(id);
    if (run === undefined)
      throw new SnapkeepError('NOT_FOUND', 'Run not found.', { hint: 'Refresh the list of runs.' });
    return run;
  }

  /** Waits until a run has ended, whatever its end. */
  async ended(id: string): Promise<Run> {
    return (await this.#active.get(id)?.ended) ?? this.get(id);
  }

  /** Whether a run waits or goes on. */
  isActive(id: string): boolean {
    return this.#active.has(id);
  }

  active(): Run[] {
    return [...this.#active.values()].map((active) => active.run);
  }

  /** Newest first; runs that go on with their newest progress. */
  list(filter: Parameters<RunRepo['list']>[0]): Run[] {
    return this.#repo.list(filter).map((run) => this.#active.get(run.id)?.run ?? run);
  }

  log(id: string): LogEntry[] {
    return this.#repo.log(id);
  }

  /** Asks a run to stop; it answers the run, which may need a moment to end. */
  cancel(id: string): Run {
    const active = this.#active.get(id);
    if (active === undefined) return this.get(id);
    this.#change(active, { cancelRequested: true });
    active.abort.abort();
    return this.get(id);
  }

  /** Whether a run uses this canonical path right now. */
  isLocked(path: string): boolean {
    return this.#queue.isLocked(path);
  }

  /** Whether a run that waits or goes on uses this canonical path. */
  isWanted(path: string): boolean {
    return this.#queue.isWanted(path);
  }

  /** Lets no run start that uses a folder or what is in it, until the answer is called. */
  hold(folder: string): () => void {
    const releases = [this.#queue.hold(folder), this.#copyQueue.hold(folder)];
    return () => {
      for (const release of releases) release();
    };
  }

  /** Changes what a finished run is remembered by. */
  amend(id: string, result: RunResult): void {
    const run = { ...this.get(id), result };
    this.#repo.amend(run);
    this.#events.emit('run.changed', { run });
  }

  /** Cancels everything, starts nothing more, and waits until the workers are gone. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const id of [...this.#active.keys()]) this.cancel(id);
    await Promise.all([this.#queue.close(), this.#copyQueue.close()]);
  }

  /** Where a run has its files in the making. */
  stagingFolderOf(id: string): string {
    return join(this.#stagingRoot, id);
  }

  async #execute(active: ActiveRun, spec: RunSpec, stagingFolder: string): Promise<Run> {
    const id = active.run.id;
    const { signal } = active.abort;
    let leftovers: Leftovers = { stagingFolder, folders: [...spec.folders], replacement: null };
    let keep = false;
    let lost = false;
    const meter = new RateMeter();
    const progress: RunHandle['progress'] = (phase, done, total) =>
      this.#change(active, { progress: meter.measure(phase, done, total, performance.now()) });
    const log: RunHandle['log'] = (level, message) => this.#addLog(id, level, message);
    const onLost = (): void => {
      lost = true;
    };
    const update: RunHandle['update'] = (change) => {
      // First: nobody is told what could not be remembered.
      this.#repo.save({ ...active.run, ...change }, leftovers);
      this.#change(active, change);
    };
    let error: unknown;
    this.#change(active, { state: 'running', startedAt: this.#now(), waitingFor: null });
    this.#follower.began(active.run);
    const forgetLimit = this.#startLimit(active, spec);
    try {
      if (spec.scheduledTime != null) log('info', scheduledTimeInWords(spec.scheduledTime));
      this.#repo.save(active.run, leftovers);
      await mkdir(stagingFolder, { recursive: true, mode: 0o700 });
      const result = await spec.work({
        id,
        signal,
        stagingFolder,
        progress,
        log,
        listener: { onProgress: progress, onLog: log, onLost },
        update,
        noteReplacement: (replacement, result) => {
          leftovers = { ...leftovers, replacement };
          update({ result });
        },
        keepStaging: () => {
          keep = true;
        },
      });
      this.#change(active, { result });
    } catch (caught) {
      error = signal.reason instanceof TimeLimitError ? signal.reason : caught;
    }
    forgetLimit();
    let clean = true;
    const settled = error !== undefined && (await this.#settleFailed(active, leftovers, error));
    if (settled === 'complete') error = undefined;
    if (settled !== 'pending') leftovers = { ...leftovers, replacement: null };
    if (error !== undefined && lost) error = interruptedError(error, active.run.result, settled === 'pending');
    try {
      if (settled === 'pending') clean = false;
      else if (lost || settled)
        clean = await this.#cleanUp(active.run, leftovers, (message) => log('warning', message));
      // It has cleaned up after itself, but could not on a disk that had gone.
      else if (error !== undefined) clean = await this.#areReachable(leftovers.folders);
      if (!keep || error !== undefined) await rm(stagingFolder, { recursive: true, force: true });
    } catch (caught) {
      error ??= this.#late(active, caught);
    }
    return this.#finish(active, error, clean ? null : leftovers);
  }

  /** Finds out what a failed run has replaced: all, or nothing once it is taken back. `pending`: later; `null`: it had not begun. */
  async #settleFailed(
    active: ActiveRun,
    { replacement, folders }: Leftovers,
    error: unknown,
  ): Promise<'complete' | 'taken back' | 'pending' | null> {
    const { id, subject } = active.run;
    if (replacement === null) return null;
    try {
      if (!(await this.#areReachable(folders))) return 'pending';
      const tell = (message: string): void => this.#addLog(id, 'warning', message);
      const { complete, result } = await this.#settle(active.run, replacement, tell);
      const { message } = explainError(error, subject);
      this.#change(active, { result: complete ? (withLateFailure(result, message) ?? result) : result });
      return complete ? 'complete' : 'taken back';
    } catch (caught) {
      this.#addLog(id, 'warning', `${explainError(caught, subject).message} The clean-up will be retried.`);
      return 'pending';
    }
  }

  /** Stops a run that takes too long; the answer forgets the limit. */
  #startLimit(active: ActiveRun, spec: RunSpec): () => void {
    const minutes = this.#timeLimitOf(spec);
    if (minutes === null) return () => {};
    const limit = minutes * 60_000;
    return afterLong(this.#clock, limit, () => active.abort.abort(new TimeLimitError('The run', limit, LIMIT_HINT)));
  }

  /** @param leftovers what could not be cleaned up and is left to the next start */
  #finish(active: ActiveRun, error: unknown, leftovers: Leftovers | null = null): Run {
    this.#active.delete(active.run.id);
    active.run = this.#ended(active.run, error);
    try {
      this.#remember(active.run, leftovers);
    } catch (caught) {
      // The next start will find it unfinished; until then it is known here how it ended, and why that is not written.
      const failure = error ?? this.#late(active, caught);
      active.run = this.#ended(active.run, failure);
    }
    this.#announce(active.run);
    this.#follower.ended(active.run);
    return active.run;
  }

  /** What failed once the work was done; `undefined`: the run has replaced something, which is no failure any more. */
  #late(active: ActiveRun, error: unknown): unknown {
    const { id, subject } = active.run;
    const result = withLateFailure(active.run.result, explainError(error, subject).message);
    if (result === null) return error;
    this.#log.warn(`Failed after the content was replaced: ${subject}.`, { run: id, error });
    this.#change(active, { result });
    return undefined;
  }

  /** A line that cannot be written ends no run. */
  #addLog(id: string, level: LogEntry['level'], message: string): void {
    try {
      this.#repo.addLog(id, { at: this.#now(), level, message });
    } catch (error) {
      this.#log.warn(`Not written to the log of a run: ${message}`, { run: id, error });
    }
  }

  #ended(run: Run, error: unknown): Run {
    const problem = error === undefined ? null : explainError(error, run.subject).toBody();
    const state = problem === null ? 'succeeded' : problem.code === 'CANCELLED' ? 'cancelled' : 'failed';
    const progress = state === 'succeeded' ? { ...run.progress, phase: 'done' as const } : run.progress;
    return { ...run, state, finishedAt: this.#now(), waitingFor: null, error: problem, progress };
  }

  #remember(run: Run, leftovers: Leftovers | null): void {
    if (run.error !== null) {
      const level = run.state === 'failed' ? 'error' : 'info';
      this.#addLog(run.id, level, run.error.message);
    }
    this.#repo.save(run, leftovers);
  }

  #change(active: ActiveRun, change: Partial<Run>): void {
    active.run = { ...active.run, ...change };
    if (change.state === undefined) this.#events.emit('run.changed', { run: active.run });
    else this.#announce(active.run);
  }

  /** A run that starts or ends changes where its plan stands. */
  #announce(run: Run): void {
    this.#events.emit('run.changed', { run });
    if (run.planId !== null) this.#events.emit('plans.changed', { planIds: [run.planId] });
  }

  #now(): string {
    return this.#clock.now().toISOString();
  }
}
