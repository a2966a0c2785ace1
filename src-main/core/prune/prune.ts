import type { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import type { PrunedSnapshot } from '../../../src-shared/model/prune.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import { ruleInWords } from '../../../src-shared/words/retention-words.ts';
import { bytesInWords, countInWords } from '../../../src-shared/words/wording.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import { copyLocation } from '../copies/copy-location.ts';
import { finishRemovals, removeCopy } from '../copies/remove-copy.ts';
import { trashCopy } from '../copies/trash-copy.ts';
import { dropUnwanted, emptyOutbox, replaceMissing } from '../copies/wanted-copies.ts';
import type { CoreContext } from '../core-context.ts';
import { assertReachable, openDestination } from '../destinations/destination-access.ts';
import type { Destination } from '../destinations/drivers/destination.ts';
import { explainError } from '../engine/engine-errors.ts';
import { cancelledError } from '../engine/task-context.ts';
import type { RunHandle } from '../runs/run-work.ts';
import { releaseBrakes, storeBrakes } from './prune-brakes.ts';
import { decidePrune } from './prune-decisions.ts';
import {
  bytesFreedBy,
  type DeleteRequest,
  type PruneRequest,
  previewDelete,
  previewPrune,
  requireFresh,
  stalePreview,
} from './prune-preview.ts';

/** How a removal takes a destination that is unavailable: it is left for the next time, with or without a word, or nothing is removed at all. */
type WhenAway = 'leave' | 'leave-and-say' | 'refuse';

/**
 * Queues a prune of just what was previewed. One with a review releases what stops automatic pruning.
 * @throws SnapkeepError `CONFLICT` when the snapshots are no longer those of the preview
 */
export function startPrune(core: CoreContext, plan: Plan, request: PruneRequest, confirmation: string): Run {
  const preview = previewPrune(core, plan, request);
  requireFresh(preview, confirmation);
  const { brakes } = decidePrune(core, plan, { retention: request.retention, mode: 'manual' });
  const run = startRemoval(core, 'prune', preview.removed, aboutPlan(plan), 'leave-and-say');
  if (request.review === true) releaseBrakes(core, plan);
  else storeBrakes(core, plan, brakes);
  return run;
}

/**
 * Queues the deletion of just what was previewed.
 * @throws SnapkeepError `CONFLICT`
 */
export function startDelete(core: CoreContext, snapshotId: string, request: DeleteRequest, confirmation: string): Run {
  const preview = previewDelete(core, snapshotId, request);
  requireFresh(preview, confirmation);
  const { planId, planName, name } = core.catalog.snapshots.require(snapshotId);
  // One that is pinned stays so in the trash, and is pinned when it is put back.
  return startRemoval(core, 'delete', preview.removed, { planId, planName, subject: name }, 'refuse');
}

/**
 * Queues the prune that follows a backup and a copy, if there is anything to remove, and empties the outbox. What the
 * brake holds is left alone, and what it is for is stored. Missing copies are made again, or stay until a person has
 * reviewed them.
 */
export async function pruneByRetention(core: CoreContext, planId: string): Promise<void> {
  const plan = core.catalog.plans.get(planId);
  if (plan === undefined) return;
  // First, so that what they are made from stays.
  const isAnyReplaced = replaceMissing(core, plan);
  // Before copies are dropped, so that those of what the brake holds are still wanted.
  const decided = decidePrune(core, plan, { mode: 'automatic' });
  storeBrakes(core, plan, decided.brakes);
  const unwanted = dropUnwanted(core, plan);
  const { removed } = unwanted.size === 0 ? decided : decidePrune(core, plan, { mode: 'automatic' });
  // Before anything is waited for, so that whoever waits for the runs that go on waits for this one too.
  if (removed.length > 0) startRemoval(core, 'prune', removed, aboutPlan(plan), 'leave');
  if (isAnyReplaced) core.copier.tick();
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
  chosen: readonly PrunedSnapshot[],
  about: { planId: string | null; planName: string; subject: string },
  whenAway: WhenAway,
): Run {
  const removals = byDestination(core, chosen);
  return core.runs.start({
    kind,
    ...about,
    locks: removals.flatMap(({ destination, snapshots }) =>
      snapshots.map((snapshot) => copyLocation(core.catalog, destination, snapshot)),
    ),
    work: async (handle) => {
      let removed: PrunedSnapshot[];
      try {
        removed =
          kind === 'prune'
            ? await removeAll(core, removals, handle, whenAway)
            : await deleteEverywhere(core, removals, chosen, handle, whenAway);
      } finally {
        tellRemoval(core, about.planId, removals);
      }
      await emptyOutbox(core);
      const bytesFreed = bytesFreedBy(removed);
      const ids = new Set(removed.map(({ id }) => id));
      const removedCount = [...ids].filter((id) => !core.catalog.snapshots.isListed(id)).length;
      const copies = removed.length === removedCount ? '' : ` (${countInWords(removed.length, 'copy', 'copies')})`;
      const freed = `${bytesInWords(bytesFreed)} freed`;
      handle.log('info', `Removed ${countInWords(removedCount, 'snapshot')}${copies}, ${freed}.`);
      const keptCount = kind === 'delete' || about.planId === null ? 0 : core.catalog.kept.countStored(about.planId);
      return { kind, removed, bytesFreed, removedCount, keptCount };
    },
  });
}

function tellRemoval({ events }: CoreContext, planId: string | null, removals: readonly Removal[]): void {
  events.emit('snapshots.changed', { planId });
  if (planId !== null) events.emit('plans.changed', { planIds: [planId] });
  events.emit('destinations.changed', { destinationIds: removals.map(({ destination }) => destination.id) });
}

/**
 * Removes a snapshot from all its destinations, and its copies that are still to be made: one that is being made finds
 * that nobody wants it any more.
 * @throws SnapkeepError `CONFLICT` when a copy has been stored since the preview
 */
async function deleteEverywhere(
  core: CoreContext,
  removals: readonly Removal[],
  chosen: readonly PrunedSnapshot[],
  handle: RunHandle,
  whenAway: WhenAway,
): Promise<PrunedSnapshot[]> {
  const { copies, snapshots } = core.catalog;
  const ids = new Set(chosen.map(({ id }) => id));
  const known = [...ids].flatMap((id) => copies.ofSnapshot(id));
  const previewed = new Set(removals.map(({ destination }) => destination.id));
  if (known.some(({ state, destinationId }) => state === 'stored' && !previewed.has(destinationId)))
    throw stalePreview();
  const unmade = known.filter(({ destinationId }) => !previewed.has(destinationId));
  for (const { snapshotId, destinationId } of unmade) copies.remove(snapshotId, destinationId);
  try {
    const removed = await removeAll(core, removals, handle, whenAway);
    for (const id of ids) snapshots.deleteIfNoCopies(id);
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
        const driver = await openDestination(core, removal.destination);
        open.push({ ...removal, driver });
        await assertReachable(core, removal.destination, driver);
        await finishRemovals(core, driver, removal.destination, (location) => core.runs.isLocked(location));
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
          const location = copyLocation(core.catalog, destination, snapshot);
          await removeOne(core, driver, destination, snapshot);
          removed.push(snapshot);
          handle.log('info', removedInWords(location, snapshot));
        }
      } catch (error) {
        missed = leave(error, destination, handle, whenAway);
      }
    }
  } finally {
    for (const { driver } of open) await driver.close();
  }
  if (missed !== undefined && (whenAway === 'refuse' || (whenAway === 'leave-and-say' && removed.length === 0)))
    throw missed;
  return removed;
}

function removedInWords(location: string, { toTrash, reasons }: PrunedSnapshot): string {
  return `${toTrash ? 'Moved to the trash:' : 'Removed'} ${location} (${reasons.map(ruleInWords).join(', ')}).`;
}

/** A destination that cannot be worked on is left for the next time; the others are not kept waiting for it. */
function leave(error: unknown, destination: StoredDestination, handle: RunHandle, whenAway: WhenAway): SnapkeepError {
  const explained = explainError(error, destination.name);
  if (whenAway === 'refuse' || explained.code === 'CANCELLED') throw explained;
  handle.log('warning', `Pruning at ${destination.name} stopped. ${explained.message}`);
  return explained;
}

/** What has gone from the catalog meanwhile is gone already. */
async function removeOne(
  core: CoreContext,
  driver: Destination,
  destination: StoredDestination,
  { id, toTrash }: PrunedSnapshot,
): Promise<void> {
  const copy = core.catalog.copies.get(id, destination.id);
  if (copy === undefined) return;
  await (toTrash ? trashCopy : removeCopy)(core, driver, destination, copy);
}
