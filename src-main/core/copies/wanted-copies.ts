import type { Plan, Retention } from '../../../src-shared/model/plan.ts';
import {
  decideRetention,
  type RetainedSnapshot,
  type RetentionCalendar,
} from '../../../src-shared/retention/retention.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { CopyRow } from '../catalog/repos/copy-repo.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import type { KeptCopy, KeptSnapshot } from '../catalog/repos/kept-repo.ts';
import type { CoreContext } from '../core-context.ts';
import { openDestination } from '../destinations/destination-access.ts';
import type { Clock } from '../ports.ts';
import { copyLocation } from './copy-location.ts';
import { removeCopy } from './remove-copy.ts';

/** The retention that holds at each destination of a plan. */
export function retentionsOf(plan: Plan): Array<{ destinationId: string; retention: Retention }> {
  return plan.destinations.map(({ destinationId, retention }) => ({
    destinationId,
    retention: retention ?? plan.retention,
  }));
}

/** What retention is decided by, besides the policy of a plan. */
export function calendarOf(clock: Clock, { timeZone }: Pick<Plan, 'timeZone'>): RetentionCalendar {
  return { timeZone, now: clock.now().getTime() };
}

/** What the retention rules look at in a snapshot at one destination. */
export function toRetainedAt(snapshot: KeptSnapshot, copy: Pick<KeptCopy, 'state' | 'valid'>): RetainedSnapshot {
  const { id, order, origin, createdAt, pinned, trigger, level, incomplete, onceVerified } = snapshot;
  // All copies were made from the same bytes: what was verified once was stored well elsewhere too.
  const elsewhere = onceVerified ? true : snapshot.valid;
  const missing = copy.state === 'missing';
  return { id, order, origin, createdAt, pinned, trigger, missing, valid: copy.valid ?? elsewhere, level, incomplete };
}

/**
 * Enters what a plan's destinations lack and their retention would keep: after a destination was put in, and where
 * snapshots were found that nobody had known.
 */
export function wantCopies(catalog: Catalog, clock: Clock, plan: Plan): void {
  const candidates = catalog.kept
    .ofPlan(plan.id)
    .filter(({ origin, missing, trigger }) => origin === 'own' && !missing && trigger !== 'before-restore');
  const at = clock.now().toISOString();
  for (const { destinationId, retention } of retentionsOf(plan)) {
    const asIfThere = candidates.map((each) =>
      toRetainedAt(each, { state: 'stored', valid: copyAt(each, destinationId)?.valid ?? null }),
    );
    for (const id of keptIds(asIfThere, retention, clock, plan)) catalog.copies.enqueue(id, destinationId, at);
  }
}

/**
 * The missing copies that can be made again: another copy is stored and not known to be damaged, and the retention would
 * keep them if they were there.
 * @param snapshots all of the plan
 */
export function replaceableCopies(clock: Clock, plan: Plan, snapshots: readonly KeptSnapshot[]): CopyKey[] {
  return retentionsOf(plan).flatMap(({ destinationId, retention }) => {
    const there = snapshots.flatMap((snapshot) => {
      const copy = copyAt(snapshot, destinationId);
      return copy === undefined ? [] : [{ snapshot, copy }];
    });
    const lost = there.filter(({ snapshot: { origin, trigger, copies }, copy: { state } }) => {
      const source = copies.some((each) => each.state === 'stored' && each.valid !== false);
      return state === 'missing' && source && origin === 'own' && trigger !== 'before-restore';
    });
    if (lost.length === 0) return [];
    const asIfThere = there.map(({ snapshot, copy: { state, valid } }) =>
      toRetainedAt(snapshot, { state: 'stored', valid: state === 'missing' ? null : valid }),
    );
    const kept = keptIds(asIfThere, retention, clock, plan);
    return lost.flatMap(({ snapshot: { id } }) => (kept.has(id) ? [{ snapshotId: id, destinationId }] : []));
  });
}

/** Enters the missing copies that can be made again as wanted. @returns whether there are any */
export function replaceMissing({ catalog, clock, events }: CoreContext, plan: Plan): boolean {
  const lost = catalog.copies.isAnyMissing(plan.id) ? replaceableCopies(clock, plan, catalog.kept.ofPlan(plan.id)) : [];
  const at = clock.now().toISOString();
  for (const { snapshotId, destinationId } of lost) catalog.copies.replace(snapshotId, destinationId, at);
  if (lost.length > 0) events.emit('snapshots.changed', { planId: plan.id });
  return lost.length > 0;
}

/** Which snapshot at which destination. */
export type CopyKey = Pick<CopyRow, 'snapshotId' | 'destinationId'>;

const copyAt = ({ copies }: KeptSnapshot, id: string): KeptCopy | undefined =>
  copies.find(({ destinationId }) => destinationId === id);

/**
 * The copies that a plan's destinations still wait for, and that neither their retention nor the brake would keep.
 * @param snapshots all of the plan
 */
export function unwantedCopies(
  { catalog, clock }: Pick<CoreContext, 'catalog' | 'clock'>,
  plan: Plan,
  snapshots: readonly KeptSnapshot[],
): CopyKey[] {
  return retentionsOf(plan).flatMap(({ destinationId, retention }) => {
    const there = snapshots.flatMap((snapshot) => {
      const copy = copyAt(snapshot, destinationId);
      return copy === undefined ? [] : [{ snapshot, copy }];
    });
    if (!there.some(({ copy }) => isAwaited(copy))) return [];
    const held = catalog.pruneStates.get(plan.id, destinationId).brake?.snapshot ?? 0;
    const retained = there.map(({ snapshot, copy }) => toRetainedAt(snapshot, copy));
    const kept = keptIds(retained, retention, clock, plan);
    return there.flatMap(({ snapshot: { id, order }, copy }) =>
      !kept.has(id) && order > held && copy.state !== 'copying' && isAwaited(copy)
        ? [{ snapshotId: id, destinationId }]
        : [],
    );
  });
}

function keptIds(
  snapshots: readonly RetainedSnapshot[],
  retention: Retention,
  clock: Clock,
  plan: Plan,
): ReadonlySet<string> {
  const decisions = decideRetention(snapshots, retention, calendarOf(clock, plan));
  return new Set(decisions.flatMap(({ id, keep }) => (keep ? [id] : [])));
}

/** Forgets copies that nobody waits for any more, and answers of which snapshots. */
export function dropUnwanted(core: CoreContext, plan: Plan): Set<string> {
  const { copies, kept } = core.catalog;
  const unwanted = copies.isAnyAwaited(plan.id) ? unwantedCopies(core, plan, kept.ofPlan(plan.id)) : [];
  for (const { snapshotId, destinationId } of unwanted) copies.remove(snapshotId, destinationId);
  if (unwanted.length > 0) core.events.emit('snapshots.changed', { planId: plan.id });
  return new Set(unwanted.map(({ snapshotId }) => snapshotId));
}

/** Whether a copy is still to be made, now or once a person has removed what prevents it. */
export function isAwaited({ state }: Pick<CopyRow, 'state'>): boolean {
  return state === 'waiting' || state === 'copying' || state === 'failed';
}

/**
 * Removes from the outbox what is stored at a destination and waits for none.
 * @param unwanted snapshots that no destination would keep: they go too
 */
export async function emptyOutbox(core: CoreContext, unwanted: ReadonlySet<string> = new Set()): Promise<void> {
  const { catalog, events } = core;
  const outbox = catalog.destinations.byFolder(core.dataFolder.outboxFolder);
  if (outbox === undefined) return;
  for (const copy of catalog.copies.at(outbox.id)) {
    const { snapshotId } = copy;
    const others = catalog.copies.ofSnapshot(snapshotId).filter(({ destinationId }) => destinationId !== outbox.id);
    if (others.some(isAwaited)) continue;
    if (!others.some(({ state }) => state === 'stored') && !(others.length === 0 && unwanted.has(snapshotId))) continue;
    const snapshot = catalog.snapshots.get(snapshotId);
    if (snapshot === undefined) continue;
    const path = copyLocation(catalog, outbox, snapshot);
    // A run reads it, or is about to verify it: it is removed the next time.
    const inBackup = core.runs.active().some((run) => run.kind === 'backup' && run.snapshotId === snapshotId);
    if (inBackup || core.runs.isLocked(path)) continue;
    await removeFromOutbox(core, outbox, copy);
    events.emit('snapshots.changed', { planId: snapshot.planId });
  }
}

async function removeFromOutbox(core: CoreContext, outbox: StoredDestination, copy: CopyRow): Promise<void> {
  await using driver = await openDestination(core, outbox);
  await removeCopy(core, driver, outbox, copy);
}
