import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Plan, Retention } from '../../../src-shared/model/plan.ts';
import type { PruneBrake, PrunedSnapshot, PrunePreview } from '../../../src-shared/model/prune.ts';
import type { Snapshot } from '../../../src-shared/model/snapshot.ts';
import { findNewestGood } from '../../../src-shared/retention/retention.ts';
import { hasTrash } from '../copies/trash-copy.ts';
import { isAwaited, toRetainedAt } from '../copies/wanted-copies.ts';
import type { CoreContext } from '../core-context.ts';
import { confirmationOf } from '../engine/confirmation.ts';
import { decidePrune, toPruned } from './prune-decisions.ts';
import { pruneWarnings } from './prune-warnings.ts';

/** How a person asks for a prune. */
export interface PruneRequest {
  /** Replaces the plan's own retention; destinations with one of their own keep it. */
  retention?: Retention | undefined;
  /** What stops automatic pruning is reviewed: it holds nothing back. */
  review?: boolean | undefined;
  /** Nothing goes into a trash. */
  permanently?: boolean | undefined;
}

/** Says what pruning a plan would remove and keep at each of its destinations, and why. */
export function previewPrune(
  core: CoreContext,
  plan: Plan,
  { retention, review = false, permanently = false }: PruneRequest,
): PrunePreview {
  const { removed, kept, brakes } = decidePrune(core, plan, { retention, mode: review ? 'review' : 'manual' });
  const warnings = pruneWarnings(core.catalog, removed, kept);
  const held = brakes.map(({ destination, brake: { since, reasons } }) => ({ destination, since, reasons }));
  return withConfirmation({ removed: permanently ? removed : toTrash(core, removed), kept, brakes: held, warnings });
}

/** How a person asks for a deletion. */
export interface DeleteRequest {
  /** It is deleted even if it is pinned. */
  unpin?: boolean | undefined;
  /** It does not go into a trash. */
  permanently?: boolean | undefined;
}

/**
 * Says what deleting one snapshot, with all its copies, would do.
 * @param options `unpin`: it is deleted even if it is pinned; `permanently`: it does not go into a trash
 * @throws SnapkeepError `CONFLICT` when it is the newest good one at a destination, or pinned
 */
export function previewDelete(
  core: CoreContext,
  snapshotId: string,
  { unpin = false, permanently = false }: DeleteRequest,
): PrunePreview {
  const { catalog } = core;
  const snapshot = catalog.snapshots.require(snapshotId);
  if (snapshot.pinned && !unpin) {
    throw new SnapkeepError('CONFLICT', `${snapshot.name} is pinned.`, { hint: 'Unpin it first, then delete it.' });
  }
  requireNotNewestGood(core, snapshot);
  const removed = catalog.copies.ofSnapshot(snapshotId).flatMap((copy) => {
    const destination = catalog.destinations.get(copy.destinationId);
    if (destination === undefined || isAwaited(copy) || copy.state === 'trashing' || copy.state === 'trashed')
      return [];
    return [toPruned(snapshot, ['chosen'], { id: destination.id, name: destination.name }, copy.state)];
  });
  const { planId } = snapshot;
  const others =
    planId === null ? [] : catalog.kept.ofPlan(planId).filter(({ id, missing }) => id !== snapshotId && !missing);
  const kept = others.map((each) => toPruned(each, each.trigger === 'before-restore' ? ['before-restore'] : [], null));
  const warnings = planId === null ? [] : pruneWarnings(catalog, removed, kept);
  return withConfirmation({
    removed: permanently ? removed : toTrash(core, removed),
    kept: [],
    brakes: [],
    warnings,
  });
}

function requireNotNewestGood(
  { catalog }: CoreContext,
  { planId, id, name, planName, sourcePath, origin }: Snapshot,
): void {
  const refuse = (where: string): never => {
    throw new SnapkeepError(
      'CONFLICT',
      `${name} is the newest good snapshot of ${planName}${where} and cannot be deleted.`,
      { hint: 'Back up first, then delete it.' },
    );
  };
  const all = planId === null ? catalog.kept.withoutPlan(sourcePath) : catalog.kept.ofPlan(planId);
  // Imported ones do not stand in for the plan's own, nor the other way round.
  const family = all.filter((each) => each.origin === origin);
  // The order of making is known of the plan's own alone; of others there is only their date.
  if (origin !== 'own') family.sort((a, b) => Date.parse(b.createdAt) - Date.parse(a.createdAt));
  if (findNewestGood(family)?.id === id) refuse('');
  const plan = planId === null ? undefined : catalog.plans.get(planId);
  for (const { destinationId } of plan?.destinations ?? []) {
    const there = family.flatMap((each) => {
      const copy = each.copies.find((one) => one.destinationId === destinationId);
      return copy === undefined || isAwaited(copy) ? [] : [toRetainedAt(each, copy)];
    });
    if (findNewestGood(there)?.id === id) refuse(` at ${catalog.destinations.get(destinationId)?.name}`);
  }
}

/** @throws SnapkeepError `CONFLICT` when a preview is no longer the one that was confirmed */
export function requireFresh(preview: PrunePreview, confirmation: string): void {
  if (preview.confirmation !== confirmation) throw stalePreview();
}

/** The error for a preview that does not hold any more. */
export function stalePreview(): SnapkeepError {
  return new SnapkeepError('CONFLICT', 'The snapshots have changed since the preview.', {
    hint: 'Nothing was removed. Review the new preview.',
  });
}

/** What a person deletes goes into the trash of each folder. */
function toTrash({ catalog }: CoreContext, removed: readonly PrunedSnapshot[]): PrunedSnapshot[] {
  const ids = new Set(removed.flatMap(({ destination }) => destination?.id ?? []));
  const withTrash = new Set(catalog.destinations.list([...ids]).flatMap((each) => (hasTrash(each) ? [each.id] : [])));
  return removed.map((each) => ({ ...each, toTrash: each.destination !== null && withTrash.has(each.destination.id) }));
}

/** The bytes that a removal frees: what goes into a trash frees none. */
export function bytesFreedBy(removed: readonly PrunedSnapshot[]): number {
  return removed.reduce((sum, { sizeBytes, toTrash }) => sum + (toTrash ? 0 : sizeBytes), 0);
}

function withConfirmation(parts: {
  removed: PrunedSnapshot[];
  kept: PrunedSnapshot[];
  brakes: PruneBrake[];
  warnings: string[];
}): PrunePreview {
  const { removed, kept, brakes } = parts;
  const confirmed = [
    removed.map(({ id, destination, toTrash }) => [id, destination?.id, toTrash]),
    kept.map(({ id, destination, reasons }) => [id, destination?.id, reasons]),
    brakes.map(({ destination, reasons }) => [destination.id, reasons.map(({ kind }) => kind)]),
  ];
  const keptIds = new Set(kept.map(({ id }) => id));
  return {
    ...parts,
    bytesFreed: bytesFreedBy(removed),
    removedCount: new Set(removed.filter(({ id }) => !keptIds.has(id)).map(({ id }) => id)).size,
    keptCount: keptIds.size,
    confirmation: confirmationOf(...confirmed),
  };
}
