import type { Plan, Retention } from '../../../src-shared/model/plan.ts';
import { decideRetention, type RetainedSnapshot, type RetentionCalendar } from '../../../src-shared/rules/retention.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { CopyRow } from '../catalog/copy-repo.ts';
import type { StoredDestination } from '../catalog/destination-repo.ts';
import type { SnapshotSummary } from '../catalog/snapshot-rows.ts';
import type { CoreContext } from '../core-context.ts';
import type { Clock } from '../ports.ts';
import { locationOf, openPlace } from './places.ts';
import { removeCopy } from './removal.ts';

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
export function toRetainedAt(
  snapshot: SnapshotSummary,
  copy: Pick<CopyRow, 'state' | 'destinationId'>,
  onceProven: ReadonlySet<string>,
): RetainedSnapshot {
  const { id, order, origin, createdAt, pinned, trigger, proof } = snapshot;
  const here = snapshot.copies.find(({ destinationId }) => destinationId === copy.destinationId)?.valid ?? null;
  // All copies were made from the same bytes: what was proven once was stored well elsewhere too.
  const elsewhere = onceProven.has(id) ? true : proof.valid;
  return {
    id,
    order,
    origin,
    createdAt,
    pinned,
    trigger,
    missing: copy.state === 'missing',
    valid: here ?? elsewhere,
    level: proof.level,
    incomplete: snapshot.incomplete !== null,
  };
}

/**
 * Enters what a plan's destinations lack and their retention would keep: after a destination was put in, and where
 * snapshots were found that nobody had known.
 */
export function wantCopies(catalog: Catalog, clock: Clock, plan: Plan): void {
  const snapshots = catalog.snapshots.ofPlan(plan.id);
  const proven = catalog.snapshots.onceProven(plan.id);
  const candidates = snapshots.filter(
    ({ origin, missing, trigger }) => origin === 'own' && !missing && trigger !== 'before-restore',
  );
  const at = clock.now().toISOString();
  for (const { destinationId, retention } of retentionsOf(plan)) {
    const asIfThere = candidates.map((each) => toRetainedAt(each, { state: 'stored', destinationId }, proven));
    for (const { id, keep } of decideRetention(asIfThere, retention, calendarOf(clock, plan)))
      if (keep) catalog.copies.want(id, destinationId, at);
  }
}

/** The copies that a plan's destinations still wait for, and that neither their retention nor the brake would keep. */
export function unwantedCopies({ catalog, clock }: Pick<CoreContext, 'catalog' | 'clock'>, plan: Plan): CopyRow[] {
  const snapshots = catalog.snapshots.ofPlan(plan.id);
  const proven = catalog.snapshots.onceProven(plan.id);
  return retentionsOf(plan).flatMap(({ destinationId, retention }) => {
    const copies = new Map(catalog.copies.at(destinationId).map((copy) => [copy.snapshotId, copy]));
    if (![...copies.values()].some(isAwaited)) return [];
    const held = catalog.pruneStates.get(plan.id, destinationId).brake?.snapshot ?? 0;
    const orders = new Map(snapshots.map(({ id, order }) => [id, order]));
    const there = snapshots.flatMap((snapshot) => {
      const copy = copies.get(snapshot.id);
      return copy === undefined ? [] : [toRetainedAt(snapshot, copy, proven)];
    });
    return decideRetention(there, retention, calendarOf(clock, plan)).flatMap(({ id, keep }) => {
      const copy = copies.get(id);
      const goes = !keep && (orders.get(id) ?? 0) > held;
      return goes && copy !== undefined && copy.state !== 'copying' && isAwaited(copy) ? [copy] : [];
    });
  });
}

/** Forgets copies that nobody waits for any more, and answers of which snapshots. */
export function dropUnwanted(core: CoreContext, plan: Plan): Set<string> {
  const unwanted = unwantedCopies(core, plan);
  for (const { snapshotId, destinationId } of unwanted) core.catalog.copies.remove(snapshotId, destinationId);
  if (unwanted.length > 0) core.events.emit('snapshots.changed', { planId: plan.id });
  return new Set(unwanted.map(({ snapshotId }) => snapshotId));
}

/** Whether a copy is still to be made, now or once somebody has done something about what keeps it from it. */
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
    const path = locationOf(outbox, snapshot.name);
    // Somebody reads it, or is about to prove it: it goes the next time.
    const inBackup = core.runs.active().some((run) => run.kind === 'backup' && run.snapshotId === snapshotId);
    if (inBackup || core.runs.isLocked(path)) continue;
    await removeFromOutbox(core, outbox, copy);
    events.emit('snapshots.changed', { planId: snapshot.planId });
  }
}

async function removeFromOutbox(core: CoreContext, outbox: StoredDestination, copy: CopyRow): Promise<void> {
  const driver = openPlace(core, outbox);
  try {
    await removeCopy(core, driver, outbox, copy);
  } finally {
    await driver.close();
  }
}
