import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { TakenWith } from '../../../src-shared/model/manifest.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import type { CoreContext } from '../core-context.ts';
import { canonicalFilePath } from '../engine/files/paths.ts';
import type { CopiedImage } from '../engine/sqlite/copy-together.ts';
import { clockAheadMs } from '../process/clock-ahead.ts';
import type { RunHandle } from '../runs/run-work.ts';
import { keysOfPlan } from '../secrets/keys.ts';

/** How long the databases of a group are tried to be locked at the same time, in milliseconds. */
const LOCK_WITHIN_MS = 30_000;

/** What the run of one plan takes over of the copy of its group. */
export interface OfGroup {
  copied: CopiedImage;
  takenWith: TakenWith;
}

/** A plan of the group, and the canonical path of its database. */
interface Member {
  plan: Plan;
  path: string;
}

/**
 * The databases of a group as they are at one instant: copied by the first of the group's runs that gets its turn, and
 * stored by each run for its own plan.
 */
export class GroupCopy {
  readonly #core: CoreContext;
  readonly #plans: readonly Plan[];
  readonly #stagingFolder: string;
  readonly #runs = Promise.withResolvers<readonly Run[]>();
  /** The runs that may still need their copies. */
  readonly #waiting = new Set<string>();
  #members: Promise<Member[]> | undefined;
  #copies: Promise<ReadonlyMap<string, CopiedImage>> | undefined;

  constructor(core: CoreContext, plans: readonly Plan[]) {
    this.#core = core;
    this.#plans = plans;
    this.#stagingFolder = join(core.dataFolder.stagingFolder, `group-${randomUUID()}`);
  }

  /** The canonical paths of its databases: while they are copied, no other run uses any of them. */
  async paths(): Promise<string[]> {
    return (await this.#all()).map(({ path }) => path);
  }

  /** To be told which runs there are; a plan whose run could not be started is left out. */
  started(runs: readonly Run[]): void {
    for (const { id } of runs) this.#waiting.add(id);
    // A run that was cancelled while it waited does not come for its copy.
    for (const { id } of runs) void this.#core.runs.ended(id).then(() => this.leave(id));
    this.#runs.resolve(runs);
  }

  /** To be told when a run needs its copy no more: the last one takes the staged files away. */
  async leave(runId: string): Promise<void> {
    if (this.#waiting.delete(runId) && this.#waiting.size === 0)
      await rm(this.#stagingFolder, { recursive: true, force: true });
  }

  /** @throws SnapkeepError as `copyTogether`, for every run of the group alike */
  async copyFor(planId: string, handle: RunHandle): Promise<OfGroup> {
    const runs = await this.#runs.promise;
    this.#copies ??= this.#copy(runs, handle);
    const copied = (await this.#copies).get(planId);
    if (copied === undefined) throw new Error(`No database of the group was copied for the plan ${planId}.`);
    const takenWith = runs
      .filter((run) => run.planId !== planId)
      // The id of a run is that of its snapshot.
      .map(({ id, planName }) => ({ snapshotId: id, planName: planName ?? '' }));
    return { copied, takenWith };
  }

  /** Those whose paths can be followed; the run of any other fails with what is wrong with its path. */
  #all(): Promise<Member[]> {
    this.#members ??= Promise.allSettled(
      this.#plans.map(async (plan) => ({ plan, path: await canonicalFilePath(plan.sourcePath) })),
    ).then((found) => found.flatMap((each) => (each.status === 'fulfilled' ? each.value : [])));
    return this.#members;
  }

  async #copy(runs: readonly Run[], handle: RunHandle): Promise<ReadonlyMap<string, CopiedImage>> {
    const members = (await this.#all()).filter(({ plan }) => runs.some(({ planId }) => planId === plan.id));
    const keys = await Promise.all(members.map(({ plan }) => keysOfPlan(this.#core, plan, handle.log)));
    await mkdir(this.#stagingFolder, { recursive: true, mode: 0o700 });
    const databases = members.map(({ plan, path }) => ({
      path,
      copyPath: join(this.#stagingFolder, `${plan.id}.db`),
    }));
    const copies = await this.#core.runInWorker(
      'copy-together',
      { databases, lockWithinMs: LOCK_WITHIN_MS, clockAheadMs: clockAheadMs(this.#core.clock) },
      { ...handle, keys: keys.flat() },
    );
    return new Map(members.map(({ plan }, index) => [plan.id, copies[index] as CopiedImage]));
  }
}
