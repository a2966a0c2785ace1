import type { Run } from '../../../src-shared/model/run.ts';
import { finishRemovals } from '../copies/removal.ts';
import type { CoreContext } from '../core-context.ts';
import { assertReachable, foldersOf, locationOf, requireFolderThere } from '../destinations/destination-access.ts';
import { openDriver } from '../destinations/drivers/open-driver.ts';
import { explainError } from '../engine/engine-errors.ts';
import { removeLeftoversIn, removeStrays } from './recover-runs.ts';
import { TimeLimitError } from './time-limit.ts';

type Parts = Pick<CoreContext, 'catalog' | 'clock' | 'events' | 'log' | 'runs' | 'serviceId'>;

/** A folder that does not answer for this long is tried again later; milliseconds. */
const LIMIT_MS = 30_000;

/**
 * Cleans the folders in which a crash may have left something. A folder can be on a share that never answers, so each
 * is cleaned by itself, nobody waits for it longer than its time limit, and it is tried again later.
 */
export class CleanUp {
  readonly #parts: Parts;
  /** The folders that have not been cleaned since the start. */
  readonly #pending: Set<string>;
  /** The folders that are being cleaned, also those that were given up and have not answered yet. */
  readonly #going = new Set<string>();
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
        settings.kind === 'folder' && catalog.copies.deleting(id).length > 0 ? [settings.path] : [],
      );
    this.#pending = new Set([...foldersOf(catalog, catalog.plans.list()), ...removals]);
  }

  /** Cleans what has to be cleaned, each folder by itself; answers when each has ended or was given up. */
  async tick(): Promise<void> {
    if (this.#stopped) return;
    const folders = new Set([...this.#pending, ...this.#leavings().flatMap(({ folders }) => folders)]);
    await Promise.all([...folders].filter((each) => !this.#going.has(each)).map((each) => this.#cleanInTime(each)));
  }

  /** Waits for nothing any more. */
  close(): void {
    this.#stopped = true;
    this.#stop.resolve();
  }

  /** A run on the folder waits for its clean-up, but not for one that was given up. */
  async #cleanInTime(folder: string): Promise<void> {
    const { clock, log, runs } = this.#parts;
    const release = runs.hold(folder);
    const limit = Promise.withResolvers<void>();
    const forget = clock.wake(LIMIT_MS, () => {
      const { message } = new TimeLimitError(`The clean-up of ${folder}`, LIMIT_MS, '');
      log.warn(`${message} It will be retried.`);
      limit.resolve();
    });
    this.#going.add(folder);
    const work = this.#clean(folder)
      .catch((error: unknown) => {
        if (!this.#stopped) log.warn(`Cleaning up ${folder} failed. It will be retried.`, { error });
      })
      .finally(() => this.#going.delete(folder));
    await Promise.race([work, limit.promise, this.#stop.promise]);
    forget();
    release();
  }

  async #clean(folder: string): Promise<void> {
    const { catalog, events } = this.#parts;
    const of = this.#leavings().filter(({ folders }) => folders.includes(folder));
    try {
      // A mount point without its disk has nothing to clean, and the disk may have: it must be mounted first.
      await requireFolderThere(this.#parts, folder);
      for (const { run } of of)
        await removeLeftoversIn(this.#parts, run, folder, (message) => this.#tell(run, message));
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
    events.emit('plans.changed', {});
  }

  async #finishRemovals(folder: string): Promise<void> {
    const { catalog, runs } = this.#parts;
    const destination = catalog.destinations.byFolder(folder);
    if (destination === undefined || catalog.copies.deleting(destination.id).length === 0) return;
    await using driver = openDriver(destination.settings, {});
    await assertReachable(this.#parts, destination, driver);
    await finishRemovals(this.#parts, driver, destination, (name) => runs.isLocked(locationOf(destination, name)));
  }

  /** The runs that have ended and may have left something in folders. */
  #leavings(): Array<{ run: Run; folders: readonly string[] }> {
    const { catalog, runs } = this.#parts;
    return catalog.runs
      .unfinished()
      .flatMap(({ run, leftovers }) =>
        leftovers === null || runs.isActive(run.id) ? [] : [{ run, folders: leftovers.folders }],
      );
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
