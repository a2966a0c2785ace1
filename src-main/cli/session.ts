import { existsSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SnapkeepError } from '../../src-shared/contract/errors.ts';
import type { MethodName, Params, Result } from '../../src-shared/contract/methods.ts';
import type { DestinationSummary } from '../../src-shared/model/destination.ts';
import type { PlanSummary } from '../../src-shared/model/plan.ts';
import type { RestoreSource } from '../../src-shared/model/restore/restore.ts';
import type { Run } from '../../src-shared/model/run.ts';
import type { ListedSnapshot } from '../../src-shared/model/snapshot.ts';
import type { ProcessLog } from '../core/ports.ts';
import { defaultDataFolder } from '../core/process/default-data-folder.ts';
import { interruption, noticeInterruption } from './interruption.ts';
import { looksLikePath, pathFrom } from './options/folder-option.ts';
import { endProgress, errorOf, showProgress } from './output.ts';
import { openService, type Service } from './service.ts';

type StartsRun = Extract<
  MethodName,
  | `${string}.start`
  | 'history.capture'
  | 'history.prune'
  | 'compare.open'
  | 'databases.find'
  | 'restores.check'
  | 'rows.find'
  | 'restores.undo'
  | 'rows.previewPutBack'
  | 'rows.putBack'
  | 'snapshots.delete'
  | 'trash.putBack'
  | 'trash.empty'
  | 'destinations.rescan'
>;

/** A destination, or a folder that need not be one. */
export type DestinationOrFolder = { path: string } | { destinationId: string };

const isCopy = ({ kind }: Run): boolean => kind === 'copy';

/** The longest page of a list. */
const MOST_ON_A_PAGE = 500;

/** What one command asks of the service, and the runs that it starts. */
export class Session {
  readonly #service: Service;
  /** Ends the requests that nobody waits for any more. */
  #requests = new AbortController();
  readonly #runIds: string[] = [];

  private constructor(service: Service) {
    this.#service = service;
  }

  /** Where plans and runs are, or would be. */
  static dataFolder(): string {
    return defaultDataFolder();
  }

  /** Whether anything was ever stored there. */
  static hasDataFolder(): boolean {
    return existsSync(join(defaultDataFolder(), 'catalog.db'));
  }

  /** @throws SnapkeepError what {@link openService} throws */
  static async open(): Promise<Session> {
    const session = new Session(await openService());
    noticeInterruption();
    interruption.addEventListener('abort', () => session.#stop());
    return session;
  }

  call<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>> {
    return this.#service.call(method, params, this.#requests.signal);
  }

  /**
   * Starts a run, shows how far it is, and waits for its end.
   * @throws SnapkeepError what the run failed with
   */
  async run<M extends StartsRun>(method: M, params: Params<M>): Promise<Run> {
    const ended = await this.runToEnd(method, params);
    if (ended.state !== 'succeeded') throw errorOf(ended);
    return ended;
  }

  /** The same for a run whose failure the caller handles. */
  async runToEnd<M extends StartsRun>(method: M, params: Params<M>): Promise<Run> {
    const { run } = await this.#service.call(method, params);
    const [ended = run] = await this.#followed([run]);
    return ended;
  }

  /**
   * Takes a backup, and those that are taken at the same instant.
   * @returns the ended runs, once their copies to other destinations have ended, too
   */
  async backUp(params: Params<'backups.start'>): Promise<Run[]> {
    const { run, together } = await this.#service.call('backups.start', { ...params, trigger: 'command' });
    const ended = await this.#followed([run, ...together]);
    await this.#settled();
    return ended;
  }

  /** Shows how far runs are, and waits for their ends. */
  async #followed(runs: readonly Run[]): Promise<Run[]> {
    const ids = runs.map(({ id }) => id);
    this.#runIds.push(...ids);
    if (interruption.aborted) this.#cancel(ids);
    return this.#showing(
      (run) => ids.includes(run.id),
      Promise.all(ids.map((runId) => this.#service.call('runs.ended', { runId }))),
    );
  }

  /** Waits for what the runs of the command have set off, until it is interrupted. */
  async #settled(): Promise<void> {
    if (interruption.aborted) return;
    try {
      await this.#showing(isCopy, this.call('runs.settled', { runIds: [...this.#runIds] }));
    } catch (error) {
      // What has been stored by then is still told.
      if (!interruption.aborted) throw error;
    }
  }

  /** Shows how far some runs are while something goes on. */
  async #showing<T>(isShown: (run: Run) => boolean, work: Promise<T>): Promise<T> {
    const stop = this.#service.on('run.changed', ({ run }) => {
      if (isShown(run)) showProgress(run);
    });
    try {
      return await work;
    } finally {
      stop();
      endProgress();
    }
  }

  get log(): ProcessLog | undefined {
    return this.#service.log;
  }

  /** Where the command keeps things. */
  get dataFolder(): string {
    return this.#service.dataFolder;
  }

  /**
   * Writes a snapshot to standard output, and waits for its end.
   * @throws SnapkeepError what it failed with
   */
  async exportToOutput(params: Params<'exports.start'>): Promise<Run> {
    const { run } = await this.#service.call('exports.start', params);
    const written = this.#service.writeOut(run.id);
    const [ended = run] = await this.#followed([run]);
    await written;
    if (ended.state !== 'succeeded') throw errorOf(ended);
    return ended;
  }

  /** The plan with this name or id, if there is one. */
  async knownPlan(nameOrId: string): Promise<PlanSummary | undefined> {
    const name = nameOrId.toLowerCase();
    return (await this.call('plans.list', {})).find(
      ({ plan }) => plan.id === nameOrId || plan.name.toLowerCase() === name,
    );
  }

  /** Finds a plan by its name or id. @throws SnapkeepError `NOT_FOUND` */
  async findPlan(nameOrId: string): Promise<PlanSummary> {
    const found = await this.knownPlan(nameOrId);
    if (found !== undefined) return found;
    const names = (await this.call('plans.list', {})).map(({ plan }) => plan.name).join(', ');
    throw new SnapkeepError('NOT_FOUND', `No plan named “${nameOrId}”.`, {
      hint: names === '' ? 'Add one with: snapkeep plan add' : `Available: ${names}.`,
    });
  }

  /**
   * Finds a snapshot by its id, the start of it, or its file's name.
   * @throws SnapkeepError `NOT_FOUND`, or `CONFLICT` when several fit
   */
  async findSnapshot(given: string): Promise<ListedSnapshot> {
    const fitting = await this.call('snapshots.list', { match: given });
    const [found, ...others] = fitting;
    if (found === undefined)
      throw new SnapkeepError('NOT_FOUND', `Snapshot “${given}” not found.`, {
        hint: 'List the snapshots with: snapkeep list',
      });
    if (others.length === 0) return found;
    throw new SnapkeepError('CONFLICT', `“${given}” matches ${fitting.length} snapshots.`, {
      hint: `Use the id of one of them: ${fitting.map(({ id }) => id).join(', ')}`,
    });
  }

  /** All snapshots that are asked for, the newest first. */
  async allSnapshots(asked: Params<'snapshots.list'>): Promise<ListedSnapshot[]> {
    const all: ListedSnapshot[] = [];
    for (;;) {
      const last = all.at(-1);
      const before = last === undefined ? {} : { before: last.id };
      const page = await this.call('snapshots.list', { ...asked, ...before, limit: MOST_ON_A_PAGE });
      all.push(...page);
      if (page.length < MOST_ON_A_PAGE) return all;
    }
  }

  /**
   * Finds a destination by its name, id or folder, or takes a path for a folder that is none yet.
   * @param below where in such a folder; empty: in itself
   * @throws SnapkeepError `NOT_FOUND` for a name that no destination has
   */
  async destinationOrFolder(given: string, below = ''): Promise<DestinationOrFolder> {
    const found = await this.findDestination(given);
    if (found !== undefined) return { destinationId: found.destination.id };
    return { path: await this.folderOf(given, below) };
  }

  /**
   * The folder that is meant by a path.
   * @throws SnapkeepError `NOT_FOUND` for a bare name, with the destinations there are
   */
  async folderOf(given: string, below = ''): Promise<string> {
    if (looksLikePath(given)) return pathFrom(given, below);
    throw await this.#noDestination(given);
  }

  /** What a command is to read: an existing file, or else a snapshot of the catalog. */
  async findSource(given: string): Promise<RestoreSource> {
    const path = resolve(given);
    return existsSync(path) ? { path } : { snapshotId: (await this.findSnapshot(given)).id };
  }

  /** Finds a destination by its name, its id, or its folder. */
  async findDestination(given: string): Promise<DestinationSummary | undefined> {
    const path = pathFrom(given);
    const all = await this.call('destinations.list', {});
    return all.find(
      ({ destination: { id, name, settings } }) =>
        id === given ||
        name.toLowerCase() === given.toLowerCase() ||
        (settings.kind === 'folder' && settings.path === (existsSync(path) ? realpathSync(path) : path)),
    );
  }

  /** Finds a destination that must be there. @throws SnapkeepError `NOT_FOUND` */
  async requireDestination(given: string): Promise<DestinationSummary> {
    const found = await this.findDestination(given);
    if (found !== undefined) return found;
    throw await this.#noDestination(given);
  }

  async #noDestination(given: string): Promise<SnapkeepError> {
    const names = (await this.call('destinations.list', {})).map(({ destination }) => destination.name).join(', ');
    const known = names === '' ? 'Add one with: snapkeep destination add.' : `Available: ${names}.`;
    return new SnapkeepError('NOT_FOUND', `Destination not found: ${given}.`, {
      hint: `${known} For a folder, enter a path, for example ./${given}.`,
    });
  }

  /** Runs what is due, shows how far the runs are, and answers those that have ended. */
  async runDue(): Promise<Run[]> {
    return (await this.#showing(() => true, this.call('schedules.runDue', {}))).runs;
  }

  /** Waits for what the command has set off, and lets the service go. */
  async close(): Promise<void> {
    await this.#showing(isCopy, this.#service.close(interruption.aborted ? [] : this.#runIds));
  }

  /** Ends what goes on. What the command asks after that to tell how far it came is answered. */
  #stop(): void {
    this.#requests.abort();
    this.#requests = new AbortController();
    this.#cancel(this.#runIds);
    this.#service.stop();
  }

  /** Cancels runs; that they have ended before is no failure. */
  #cancel(runIds: readonly string[]): void {
    for (const runId of runIds) this.#service.call('runs.cancel', { runId }).catch(() => undefined);
  }
}
