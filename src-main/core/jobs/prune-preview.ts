import { createHash } from 'node:crypto';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Plan, Retention } from '../../../src-shared/model/plan.ts';
import type { PrunedSnapshot, PrunePreview } from '../../../src-shared/model/run.ts';
import { decideRetention, findNewestGood, type RetainedSnapshot } from '../../../src-shared/rules/retention.ts';
import type { CopyRow } from '../catalog/copy-repo.ts';
import type { SnapshotSummary } from '../catalog/snapshot-repo.ts';
import type { CoreContext } from '../core-context.ts';
import { calendarOf, isAwaited, retentionsOf, toRetainedAt, unwantedCopies } from './wanted-copies.ts';
import { wholeSnapshot } from './whole-snapshot.ts';

/**
 * Says what pruning a plan would remove and keep at each of its destinations, and why.
 * @param chosen in place of the retentions of the plan and its destinations
 */
export function previewPrune(core: CoreContext, plan: Plan, chosen?: Retention): PrunePreview {
  const { catalog } = core;
  const snapshots = new Map(catalog.snapshots.ofPlan(plan.id).map((snapshot) => [snapshot.id, snapshot]));
  const proven = catalog.snapshots.onceProven(plan.id);
  const removed: PrunedSnapshot[] = [];
  const kept: PrunedSnapshot[] = [];
  const still = new StillStored(core, plan, [...snapshots.keys()]);
  for (const { destinationId, retention } of retentionsOf(plan)) {
    const destination = catalog.destinations.get(destinationId);
    const there = catalog.copies.at(destinationId).filter(({ state }) => state === 'stored' || state === 'missing');
    const retained: RetainedSnapshot[] = [];
    for (const copy of there) {
      const snapshot = snapshots.get(copy.snapshotId);
      if (snapshot !== undefined) retained.push(toRetainedAt(snapshot, copy, proven));
    }
    for (const { id, keep, reasons } of decideRetention(retained, chosen ?? retention, calendarOf(core.clock, plan))) {
      const snapshot = snapshots.get(id);
      if (snapshot === undefined || destination === undefined) continue;
      const place = { id: destination.id, name: destination.name };
      if (keep) kept.push(toPruned(snapshot, reasons, place));
      else if (still.isLastHope(id, destinationId)) kept.push(toPruned(snapshot, ['waiting-copy'], place));
      else {
        still.remove(id, destinationId);
        removed.push(toPruned(snapshot, reasons, place));
      }
    }
  }
  kept.push(...keptElsewhere(core, plan, snapshots, proven));
  return withConfirmation(removed, kept);
}

/** What lies at none of the plan's destinations, such as safety snapshots, is not pruned. */
function keptElsewhere(
  core: CoreContext,
  plan: Plan,
  snapshots: ReadonlyMap<string, SnapshotSummary>,
  proven: ReadonlySet<string>,
): PrunedSnapshot[] {
  const here = new Set(plan.destinations.map(({ destinationId }) => destinationId));
  const others = [...snapshots.values()].filter(
    ({ id }) => !core.catalog.copies.ofSnapshot(id).some((copy) => here.has(copy.destinationId) && !isAwaited(copy)),
  );
  const retained = others.map((each) => toRetainedAt(each, { state: 'stored', destinationId: '' }, proven));
  const reasons = new Map(
    decideRetention(retained, plan.retention, calendarOf(core.clock, plan)).map((each) => [each.id, each]),
  );
  return others.map((snapshot) => {
    const decision = reasons.get(snapshot.id);
    const waits = core.catalog.copies.ofSnapshot(snapshot.id).some(isAwaited);
    return toPruned(snapshot, waits || decision?.keep !== true ? ['waiting-copy'] : decision.reasons, null);
  });
}

/** Where snapshots would still be stored while a preview takes them away, and who still waits for them. */
class StillStored {
  readonly #copies: ReadonlyMap<string, CopyRow[]>;
  readonly #unwanted: ReadonlySet<string>;
  readonly #removed = new Set<string>();

  constructor(core: CoreContext, plan: Plan, snapshotIds: readonly string[]) {
    this.#copies = new Map(snapshotIds.map((id) => [id, core.catalog.copies.ofSnapshot(id)]));
    this.#unwanted = new Set(unwantedCopies(core, plan).map(keyOf));
  }

  remove(snapshotId: string, destinationId: string): void {
    this.#removed.add(keyOf({ snapshotId, destinationId }));
  }

  /** Whether another destination waits for what is stored here alone. */
  isLastHope(snapshotId: string, destinationId: string): boolean {
    const others = (this.#copies.get(snapshotId) ?? []).filter((copy) => copy.destinationId !== destinationId);
    const elsewhere = others.some((copy) => copy.state === 'stored' && !this.#removed.has(keyOf(copy)));
    return !elsewhere && others.some((copy) => isAwaited(copy) && !this.#unwanted.has(keyOf(copy)));
  }
}

const keyOf = ({ snapshotId, destinationId }: Pick<CopyRow, 'snapshotId' | 'destinationId'>): string =>
  `${snapshotId} ${destinationId}`;

/**
 * Says what deleting one snapshot, with all its copies, would do.
 * @throws SnapkeepError `CONFLICT` when it is the newest good one at a destination, or pinned
 */
export function previewDelete(core: CoreContext, snapshotId: string): PrunePreview {
  const { catalog } = core;
  const { tables, ...whole } = wholeSnapshot(core, snapshotId);
  const snapshot: SnapshotSummary = { ...whole, tableCount: tables.length, rowCount: 0 };
  if (snapshot.pinned) {
    throw new SnapkeepError('CONFLICT', `${snapshot.name} is pinned.`, {
      hint: 'Unpin it first if it is really to be deleted.',
    });
  }
  requireNotNewestGood(core, snapshot);
  const removed = catalog.copies.ofSnapshot(snapshotId).flatMap((copy) => {
    const destination = catalog.destinations.get(copy.destinationId);
    if (destination === undefined || isAwaited(copy)) return [];
    return [toPruned(snapshot, ['chosen'], { id: destination.id, name: destination.name })];
  });
  return withConfirmation(removed, []);
}

function requireNotNewestGood({ catalog }: CoreContext, snapshot: SnapshotSummary): void {
  const { planId, id, name, planName, sourcePath } = snapshot;
  const refuse = (where: string): never => {
    throw new SnapkeepError(
      'CONFLICT',
      `${name} is the newest good snapshot of ${planName}${where}, which is never deleted.`,
      {
        hint: 'Make a newer one first.',
      },
    );
  };
  const all = planId === null ? catalog.snapshots.withoutPlan(sourcePath) : catalog.snapshots.ofPlan(planId);
  // Imported ones do not stand in for the plan's own, nor the other way round.
  const family = all.filter(({ origin }) => origin === snapshot.origin);
  // The order of making is known of the plan's own alone.
  if (snapshot.origin === 'own') family.sort((a, b) => b.order - a.order);
  if (findNewestGood(family.map(toRetained))?.id === id) refuse('');
  const plan = planId === null ? undefined : catalog.plans.get(planId);
  if (plan === undefined) return;
  const proven = catalog.snapshots.onceProven(plan.id);
  for (const { destinationId } of plan.destinations) {
    const stored = new Map(catalog.copies.at(destinationId).map((copy) => [copy.snapshotId, copy]));
    const there = family.flatMap((each) => {
      const copy = stored.get(each.id);
      return copy === undefined || isAwaited(copy) ? [] : [toRetainedAt(each, copy, proven)];
    });
    if (findNewestGood(there)?.id === id) refuse(` at ${catalog.destinations.get(destinationId)?.name}`);
  }
}

/** What the retention rules look at, wherever the snapshot is. */
export function toRetained(snapshot: SnapshotSummary): RetainedSnapshot {
  const { id, order, origin, createdAt, pinned, missing, trigger, proof } = snapshot;
  return { id, order, origin, createdAt, pinned, missing, trigger, valid: proof.valid, level: proof.level };
}

/** @throws SnapkeepError `CONFLICT` when a preview is no longer the one that was confirmed */
export function requireFresh(preview: PrunePreview, confirmation: string): void {
  if (preview.confirmation !== confirmation) throw stalePreview();
}

/** The error for a preview that does not hold any more. */
export function stalePreview(): SnapkeepError {
  return new SnapkeepError('CONFLICT', 'The snapshots have changed since they were looked at.', {
    hint: 'Nothing was removed. Look at the preview again.',
  });
}

function withConfirmation(removed: PrunedSnapshot[], kept: PrunedSnapshot[]): PrunePreview {
  const bytesFreed = removed.reduce((sum, snapshot) => sum + snapshot.sizeBytes, 0);
  const parts = [
    removed.map(({ id, destination }) => [id, destination?.id]),
    kept.map(({ id, destination, reasons }) => [id, destination?.id, reasons]),
  ];
  return {
    removed,
    kept,
    bytesFreed,
    confirmation: createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32),
  };
}

function toPruned(
  snapshot: SnapshotSummary,
  reasons: string[],
  destination: PrunedSnapshot['destination'],
): PrunedSnapshot {
  const { id, name, createdAt, diskBytes: sizeBytes } = snapshot;
  return { id, name, createdAt, sizeBytes, reasons, destination };
}
