import { existsSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { SnapkeepError } from '../../src-shared/contract/errors.ts';
import type { MethodName, Params, Result } from '../../src-shared/contract/methods.ts';
import type { DestinationSummary } from '../../src-shared/model/destination.ts';
import type { PlanSummary } from '../../src-shared/model/plan.ts';
import type { RestoreSource } from '../../src-shared/model/restore/restore.ts';
import type { Run } from '../../src-shared/model/run.ts';
import type { ListedSnapshot } from '../../src-shared/model/snapshot.ts';
import type { ExportParams } from '../core/backup/export.ts';
import type { Core } from '../core/core.ts';
import { openNodeCore } from '../core/node-core.ts';
import type { ProcessLog } from '../core/ports.ts';
import { defaultDataFolder } from '../core/process/data-folder.ts';
import { interruption, noticeInterruption } from './interruption.ts';
import { looksLikePath, pathFrom } from './options/folder-option.ts';
import { endProgress, errorOf, say, showProgress } from './output.ts';

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

/** The longest page of a list. */
const MOST_ON_A_PAGE = 500;

/** A core for the length of one command. */
export class Session {
  readonly #core: Core;
  /** Ends the requests that nobody waits for any more. */
  #requests = new AbortController();

  private constructor(core: Core) {
    this.#core = core;
  }

  /** Where plans and runs are, or would be. */
  static dataFolder(): string {
    return defaultDataFolder();
  }

  /** Whether anything was ever stored there. */
  static hasDataFolder(): boolean {
    return existsSync(join(defaultDataFolder(), 'catalog.db'));
  }

  /** @throws SnapkeepError `BUSY` when a window, a server or another command uses the data folder */
  static async open(): Promise<Session> {
    const core = await openNodeCore('cli');
    if (core.tightened !== null) say(core.tightened);
    const session = new Session(core);
    noticeInterruption();
    interruption.addEventListener('abort', () => session.#stop());
    return session;
  }

  call<M extends MethodName>(method: M, params: Params<M>): Promise<Result<M>> {
    return this.#core.call(method, params, this.#requests.signal);
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
    const { run } = await this.#core.call(method, params);
    const [ended = run] = await this.#followed([run]);
    return ended;
  }

  /** Starts a backup, and waits for its end and that of those that are taken at the same instant. */
  async backUp(params: Params<'backups.start'>): Promise<Run[]> {
    const { run, together } = await this.#core.call('backups.start', params);
    return this.#followed([run, ...together]);
  }

  /** Shows how far runs are, and waits for their ends. */
  async #followed(runs: readonly Run[]): Promise<Run[]> {
    const ids = runs.map(({ id }) => id);
    const stop = this.#core.on('run.changed', ({ run }) => {
      if (ids.includes(run.id)) showProgress(run);
    });
    const ended = await Promise.all(ids.map((id) => this.#core.runEnded(id)));
    stop();
    endProgress();
    return ended;
  }

  get log(): ProcessLog {
    return this.#core.log;
  }

  /** Where the command keeps things. */
  get dataFolder(): string {
    return this.#core.dataFolder;
  }

  /**
   * Writes a snapshot to standard output, and waits for its end.
   * @throws SnapkeepError what it failed with
   */
  async exportToOutput(params: ExportParams): Promise<Run> {
    const { id } = await this.#core.exportTo(1, params);
    const ended = await this.#core.runEnded(id);
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

  /** Serves the scheduled times that are due, shows how far the runs are, and answers those that have ended. */
  async serveDue(): Promise<Run[]> {
    const stop = this.#core.on('run.changed', ({ run }) => showProgress(run));
    const ended = await this.#core.serveDue();
    stop();
    endProgress();
    return ended;
  }

  /** Waits for what runs have set off: prunes, and copies to other destinations, with what they set off themselves. */
  async idle(): Promise<void> {
    for (;;) {
      await this.#core.idle();
      const [run] = this.#core.activeRuns();
      if (run === undefined) return;
      const stop = this.#core.on('run.changed', ({ run: changed }) => {
        if (changed.kind === 'copy') showProgress(changed);
      });
      await this.#core.runEnded(run.id);
      stop();
      endProgress();
    }
  }

  /** Waits for what the command has set off, and gives the data folder free. */
  async close(): Promise<void> {
    await this.idle();
    await this.#core.close();
  }

  /** Ends what goes on. What the command asks after that to tell how far it came is answered. */
  #stop(): void {
    this.#requests.abort();
    this.#requests = new AbortController();
    void this.#core.stop();
  }
}
