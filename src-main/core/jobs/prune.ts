import type { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Plan, Retention } from '../../../src-shared/model/plan.ts';
import type { PrunedSnapshot, PrunePreview, Run } from '../../../src-shared/model/run.ts';
import { bytesInWords, countInWords } from '../../../src-shared/rules/wording.ts';
import type { StoredDestination } from '../catalog/destination-repo.ts';
import type { CoreContext } from '../core-context.ts';
import type { Destination } from '../destinations/destination.ts';
import { sidecarPaths } from '../engine/durable-files.ts';
import { explainError } from '../engine/engine-errors.ts';
import { manifestPath } from '../engine/manifest-files.ts';
import { cancelledError } from '../engine/task-context.ts';
import { locationOf, openPlace, requireThere } from './places.ts';
import { previewDelete, previewPrune, requireFresh, stalePreview } from './prune-preview.ts';
import type { RunHandle } from './runs.ts';
import { removeCompanionsAt } from './stored-companions.ts';
import { dropUnwanted, emptyOutbox } from './wanted-copies.ts';
import { wholeSnapshot } from './whole-snapshot.ts';

/** How a removal takes a destination that is away: it is left for the next time, with or without a word, or nothing is removed at all. */
type WhenAway = 'leave' | 'leave-and-say' | 'refuse';

/**
 * Queues a prune of just what was previewed.
 * @throws SnapkeepError `CONFLICT` when the snapshots are no longer those of the preview
 */
export function startPrune(core: CoreContext, plan: Plan, chosen: Retention | undefined, confirmation: string): Run {
  const preview = previewPrune(core, plan, chosen);
  requireFresh(preview, confirmation);
  return startRemoval(core, 'prune', preview, aboutPlan(plan), 'leave-and-say');
}

/** @throws SnapkeepError `CONFLICT` */
export function startDelete(core: CoreContext, snapshotId: string, confirmation: string): Run {
  const preview = previewDelete(core, snapshotId);
  requireFresh(preview, confirmation);
  const { planId, planName, name } = wholeSnapshot(core, snapshotId);
  return startRemoval(core, 'delete', preview, { planId, planName, subject: name }, 'refuse');
}

/** Queues the prune that follows a backup and a copy, if there is anything to remove, and empties the outbox. */
export async function pruneByRetention(core: CoreContext, planId: string): Promise<void> {
  const plan = core.catalog.plans.get(planId);
  if (plan === undefined) return;
  const unwanted = dropUnwanted(core, plan);
  const preview = previewPrune(core, plan);
  // Before anything is waited for, so that whoever waits for the runs that go on waits for this one too.
  if (preview.removed.length > 0) startRemoval(core, 'prune', preview, aboutPlan(plan), 'leave');
  await emptyOutbox(core, unwanted);
}

const aboutPlan = (plan: Plan) => ({ planId: plan.id, planName: plan.name, subject: plan.name });

/** What is removed from one destination. */
interface Removal {
  destination: StoredDestination;
  snapshots: PrunedSnapshot[];
}

function startRemoval(
  core: CoreContext,
  kind: 'prune' | 'delete',
  preview: PrunePreview,
  about: { planId: string | null; planName: string; subject: string },
  whenAway: WhenAway,
): Run {
  const removals = byDestination(core, preview.removed);
  return core.runs.start({
    kind,
    ...about,
    locks: removals.flatMap(({ destination, snapshots }) => snapshots.map(({ name }) => locationOf(destination, name))),
    folders: [],
    work: async (handle) => {
      const { kept } = preview;
      for (const each of kept) handle.log('info', `Kept ${each.name} (${each.reasons.join(', ')}).`);
      const removed =
        kind === 'prune'
          ? await removeAll(core, removals, handle, whenAway)
          : await deleteEverywhere(core, removals, preview, handle, whenAway);
      await emptyOutbox(core);
      const bytesFreed = removed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      handle.log('info', `Removed ${countInWords(removed.length, 'snapshot')}, ${bytesInWords(bytesFreed)} freed.`);
      return { kind, removed, kept, bytesFreed };
    },
  });
}

/**
 * Removes a snapshot from all its destinations, and its copies that are still to be made: one that is being made finds
 * that nobody wants it any more.
 * @throws SnapkeepError `CONFLICT` when a copy has been stored since the preview
 */
async function deleteEverywhere(
  core: CoreContext,
  removals: readonly Removal[],
  preview: PrunePreview,
  handle: RunHandle,
  whenAway: WhenAway,
): Promise<PrunedSnapshot[]> {
  const { copies, snapshots } = core.catalog;
  const ids = new Set(preview.removed.map(({ id }) => id));
  const known = [...ids].flatMap((id) => copies.ofSnapshot(id));
  const previewed = new Set(removals.map(({ destination }) => destination.id));
  if (known.some(({ state, destinationId }) => state === 'stored' && !previewed.has(destinationId)))
    throw stalePreview();
  const unmade = known.filter(({ destinationId }) => !previewed.has(destinationId));
  for (const { snapshotId, destinationId } of unmade) copies.remove(snapshotId, destinationId);
  try {
    const removed = await removeAll(core, removals, handle, whenAway);
    for (const id of ids) snapshots.remove(id);
    return removed;
  } catch (error) {
    for (const copy of unmade) copies.set(copy.state === 'copying' ? { ...copy, state: 'waiting' } : copy);
    throw error;
  }
}

function byDestination({ catalog }: CoreContext, removed: readonly PrunedSnapshot[]): Removal[] {
  const removals = new Map<string, Removal>();
  for (const snapshot of removed) {
    const destination = snapshot.destination && catalog.destinations.get(snapshot.destination.id);
    if (!destination) continue;
    const known = removals.get(destination.id);
    if (known === undefined) removals.set(destination.id, { destination, snapshots: [snapshot] });
    else known.snapshots.push(snapshot);
  }
  return [...removals.values()];
}

async function removeAll(
  core: CoreContext,
  removals: readonly Removal[],
  handle: RunHandle,
  whenAway: WhenAway,
): Promise<PrunedSnapshot[]> {
  const removed: PrunedSnapshot[] = [];
  const open: Array<Removal & { driver: Destination }> = [];
  let missed: SnapkeepError | undefined;
  const total = removals.reduce((sum, { snapshots }) => sum + snapshots.length, 0);
  try {
    for (const removal of removals) {
      try {
        const driver = openPlace(core, removal.destination);
        open.push({ ...removal, driver });
        await requireThere(core, removal.destination, driver);
      } catch (error) {
        missed = leave(error, removal.destination, handle, whenAway);
        if (open.at(-1)?.destination === removal.destination) await open.pop()?.driver.close();
      }
    }
    for (const { destination, snapshots, driver } of open) {
      try {
        for (const snapshot of snapshots) {
          if (handle.signal.aborted) throw cancelledError();
          handle.progress('removing', removed.length, total);
          await removeOne(core, driver, destination, snapshot, handle.id);
          removed.push(snapshot);
          handle.log('info', `Removed ${locationOf(destination, snapshot.name)} (${snapshot.reasons.join(', ')}).`);
        }
      } catch (error) {
        missed = leave(error, destination, handle, whenAway);
      }
    }
  } finally {
    for (const { driver } of open) await driver.close();
    core.events.emit('snapshots.changed', { planId: null });
    core.events.emit('plans.changed', {});
  }
  if (missed !== undefined && (whenAway === 'refuse' || (whenAway === 'leave-and-say' && removed.length === 0)))
    throw missed;
  return removed;
}

/** A destination that cannot be worked on is left for the next time; the others are not kept waiting for it. */
function leave(error: unknown, destination: StoredDestination, handle: RunHandle, whenAway: WhenAway): SnapkeepError {
  const explained = explainError(error, destination.name);
  if (whenAway === 'refuse' || explained.code === 'CANCELLED') throw explained;
  handle.log('warning', `Nothing more is removed at ${destination.name} this time. ${explained.message}`);
  return explained;
}

async function removeOne(
  core: CoreContext,
  driver: Destination,
  destination: StoredDestination,
  { id, name }: PrunedSnapshot,
  runId: string,
): Promise<void> {
  if ((core.catalog.snapshots.get(id)?.companions.length ?? 0) > 0)
    await removeCompanionsAt(driver, destination, name, runId);
  const { wal, journal } = sidecarPaths(name);
  // Only a folder of Snapkeep's own holds files of databases as they were, with their logs.
  const files = destination.settings.kind === 'folder' ? [name, wal, journal] : [name];
  for (const file of [...files, manifestPath(name)]) await driver.delete(file);
  core.catalog.copies.remove(id, destination.id);
  core.catalog.snapshots.forgetIfNowhere(id);
}
