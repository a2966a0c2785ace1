import { type NotedReplacement, pathsOf } from '../../../src-shared/model/restore/replacement.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import type { Leftovers } from '../catalog/repos/run-repo.ts';
import { finishRemovals } from '../copies/remove-copy.ts';
import type { CoreContext } from '../core-context.ts';
import { assertReachable, foldersOf, requireFolderThere } from '../destinations/destination-access.ts';
import { openDriver } from '../destinations/drivers/open-driver.ts';
import { explainError } from '../engine/engine-errors.ts';
import type { ResolvedRun } from '../restore/interrupted/resolve-run.ts';
import { removeLeftoversIn, removeStrays } from './interrupted-runs.ts';
import { resolvedRun } from './interruption.ts';
import { TimeLimitError } from './time-limit.ts';

type Parts = Pick<CoreContext, 'catalog' | 'clock' | 'events' | 'log' | 'runs' | 'serviceId'> & {
  /** Resolves what an interrupted run was replacing. @param lockWaitMs how long another program's lock is waited for */
  resolve(
    run: Run,
    replacement: NotedReplacement,
    how: { lockWaitMs: number; tell: (message: string) => void },
  ): Promise<ResolvedRun>;
};

/** A run that has ended and may have left something in folders. */
interface Leaving extends Leftovers {
  run: Run;
}

/** A folder that does not answer for this long is tried again later; milliseconds. */
const LIMIT_MS = 30_000;
/** Nobody waits for a database to be resolved that another program keeps locked, for it is tried again; milliseconds. */
const SHORT_LOCK_WAIT_MS = 500;
/** Resolving has a minute, and may wait for a lock twice; milliseconds. */
const LONGEST_LOCK_WAIT_MS = 20_000;

/**
 * Cleans the folders in which a crash may have left something. A folder can be on a share that never answers, so each
 * is cleaned separately, no caller waits for it longer than its time limit, and it is tried again later.
 */
export class CleanUp {
  readonly #parts: Parts;
  /** The folders that have not been cleaned since the start. */
  readonly #pending: Set<string>;
  /** The folders that are being cleaned, also those that were given up and have not answered yet. */
  readonly #going = new Set<string>();
  /** What interrupted runs were replacing is resolved once each. */
  readonly #resolving = new Map<string, Promise<void>>();
  /** The runs and folders whose failure their log has already. */
  readonly #told = new Set<string>();
  #stopped = false;
  readonly #stop = Promise.withResolvers<void>();

  constructor(parts: Parts) {
    const { catalog } = parts;
    this.#parts = parts;
    const removals = catalog.destinations
      .all()
      .flatMap(({ id, settings }) =>
        settings.kind === 'folder' && catalog.copies.unfinished(id).length > 0 ? [settings.path] : [],
      );
    this.#pending = new Set([...foldersOf(catalog, catalog.plans.list()), ...removals]);
  }

  /** Cleans what has to be cleaned, each folder separately; answers when each has ended or was given up. */
  async tick(): Promise<void> {
    if (this.#stopped) return;
    const folders = new Set([...this.#pending, ...this.#leavings().flatMap(({ folders }) => folders)]);
    // Each is tried once, however many folders its run has.
    const tried = new Map<string, Promise<void>>();
    await Promise.all(
      [...folders].filter((each) => !this.#going.has(each)).map((each) => this.#cleanInTime(each, tried)),
    );
  }

  /**
   * Resolves what interrupted runs were replacing, before something else is replaced.
   * @param paths what is to be replaced
   * @throws SnapkeepError why an interrupted replacement of one of them cannot be resolved now
   */
  async resolve(paths: readonly string[]): Promise<void> {
    for (const leaving of this.#leavings()) {
      const { run, replacement, folders } = leaving;
      if (replacement === null) continue;
      const isInTheWay = pathsOf(replacement).some((path) => paths.includes(path));
      const { lockWaitSeconds } = this.#parts.catalog.settings.get();
      const longest = isInTheWay ? LONGEST_LOCK_WAIT_MS : SHORT_LOCK_WAIT_MS;
      try {
        await this.#resolveOnce(leaving, Math.min(lockWaitSeconds * 1000, longest));
      } catch (error) {
        const explained = explainError(error, run.subject);
        for (const folder of folders) this.#tellFailure(run, folder, explained.message);
        if (isInTheWay) throw explained;
      }
    }
  }

  /** Waits for nothing any more. */
  close(): void {
    this.#stopped = true;
    this.#stop.resolve();
  }

  /** A run on the folder waits for its clean-up, but not for one that was given up. */
  async #cleanInTime(folder: string, tried: Map<string, Promise<void>>): Promise<void> {
    const { clock, log, runs } = this.#parts;
    const release = runs.hold(folder);
    const limit = Promise.withResolvers<void>();
    const forget = clock.wake(LIMIT_MS, () => {
      const { message } = new TimeLimitError(`The clean-up of ${folder}`, LIMIT_MS, '');
      log.warn(`${message} It will be retried.`);
      limit.resolve();
    });
    this.#going.add(folder);
    const work = this.#clean(folder, tried)
      .catch((error: unknown) => {
        if (!this.#stopped) log.warn(`Cleaning up ${folder} failed. It will be retried.`, { error });
      })
      .finally(() => this.#going.delete(folder));
    await Promise.race([work, limit.promise, this.#stop.promise]);
    forget();
    release();
  }

  async #clean(folder: string, tried: Map<string, Promise<void>>): Promise<void> {
    const { catalog, events } = this.#parts;
    const of = this.#leavings().filter(({ folders }) => folders.includes(folder));
    try {
      // A mount point without its disk has nothing to clean, and the disk may have: it must be mounted first.
      await requireFolderThere(this.#parts, folder);
      for (const leaving of of) {
        const { run } = leaving;
        const resolving = tried.get(run.id) ?? this.#resolveOnce(leaving, SHORT_LOCK_WAIT_MS);
        tried.set(run.id, resolving);
        await resolving;
        await removeLeftoversIn(this.#parts, run, folder, (message) => this.#tell(run, message));
      }
    } catch (error) {
      for (const { run } of of) this.#tellFailure(run, folder, explainError(error, folder).message);
      throw error;
    }
    for (const { run } of of) {
      catalog.runs.forgetLeftovers(run.id, folder);
      if (run.kind === 'backup') events.emit('snapshots.changed', { planId: run.planId });
    }
    if (!this.#pending.has(folder)) return;
    await this.#finishRemovals(folder);
    await removeStrays(this.#parts, folder);
    this.#pending.delete(folder);
    events.emit('plans.changed', { planIds: null });
  }

  async #finishRemovals(folder: string): Promise<void> {
    const { catalog, runs } = this.#parts;
    const destination = catalog.destinations.byFolder(folder);
    if (destination === undefined || catalog.copies.unfinished(destination.id).length === 0) return;
    await using driver = await openDriver(destination.settings, {});
    await assertReachable(this.#parts, destination, driver);
    await finishRemovals(this.#parts, driver, destination, (location) => runs.isLocked(location));
  }

  /** One at a time, whoever asks; again only after a failure. */
  #resolveOnce(leaving: Leaving, lockWaitMs: number): Promise<void> {
    const { run, replacement } = leaving;
    if (replacement === null) return Promise.resolve();
    const going = this.#resolving.get(run.id) ?? this.#resolve(leaving, replacement, lockWaitMs);
    this.#resolving.set(run.id, going);
    going.catch(() => this.#resolving.delete(run.id));
    return going;
  }

  async #resolve({ run, folders }: Leaving, replacement: NotedReplacement, lockWaitMs: number): Promise<void> {
    const { catalog, events } = this.#parts;
    for (const folder of folders) await requireFolderThere(this.#parts, folder);
    const tell = (message: string): void => this.#tell(run, message);
    const resolved = await this.#parts.resolve(run, replacement, { lockWaitMs, tell });
    const now = resolvedRun(run, resolved);
    catalog.runs.saveResolved(now);
    events.emit('run.changed', { run: now });
  }

  #leavings(): Leaving[] {
    const { catalog, runs } = this.#parts;
    return catalog.runs
      .unfinished()
      .flatMap(({ run, leftovers }) => (leftovers === null || runs.isActive(run.id) ? [] : [{ run, ...leftovers }]));
  }

  #tell(run: Run, message: string): void {
    const at = this.#parts.clock.now().toISOString();
    this.#parts.catalog.runs.addLog(run.id, { at, level: 'warning', message });
  }

  #tellFailure(run: Run, folder: string, message: string): void {
    const key = `${run.id} ${folder}`;
    if (this.#stopped || this.#told.has(key)) return;
    this.#told.add(key);
    this.#tell(run, `${message} The clean-up will be retried.`);
  }
}
