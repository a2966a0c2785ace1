import type { Plan } from '../../../src-shared/model/plan.ts';
import type { BrakeReason, PruneBrake } from '../../../src-shared/model/prune.ts';
import type { Retention } from '../../../src-shared/model/retention.ts';
import {
  clockReasons,
  contentLoss,
  fullestOf,
  type SnapshotContent,
  type WeighedSnapshot,
} from '../../../src-shared/retention/prune-brake.ts';
import { CLOCK_TOLERANCE_MS } from '../../../src-shared/retention/trusted-instants.ts';
import type { KeptSnapshot } from '../catalog/repos/kept-repo.ts';
import type { StoredBrake } from '../catalog/repos/prune-state-repo.ts';
import type { CoreContext } from '../core-context.ts';

type Core = Pick<CoreContext, 'catalog' | 'clock'>;

/** What stops pruning at a destination. */
export interface FoundBrake {
  destination: PruneBrake['destination'];
  brake: StoredBrake;
}

/** What the brake considers, of those that are or will be at a destination. */
export function weighed(snapshots: readonly KeptSnapshot[]): WeighedSnapshot[] {
  return snapshots.filter(
    ({ origin, trigger, valid }) => origin === 'own' && trigger !== 'before-restore' && valid !== false,
  );
}

/**
 * Finds what stops automatic pruning at a destination of a plan, without storing it: what is known, and what has come.
 * `null`: nothing.
 * @param snapshots those of the plan that are or will be there
 */
export function findBrake(
  core: Core,
  plan: Plan,
  destinationId: string,
  snapshots: readonly KeptSnapshot[],
): StoredBrake | null {
  const { reviewed, brake } = core.catalog.pruneStates.get(plan.id, destinationId);
  const all = weighed(snapshots);
  const now = core.clock.now().getTime();
  const latest = new Date(now + CLOCK_TOLERANCE_MS).toISOString();
  const unreviewed = all.filter(({ order }) => order > reviewed.snapshot);
  const reasons = clockReasons(unreviewed, core.catalog.runs.queuedAfter(latest, reviewed.run), now);
  const loss = lossOf(
    core,
    all.filter(({ order }) => order >= reviewed.snapshot),
  );
  if (loss !== null) reasons.push({ kind: 'content-lost', message: loss });
  return withReasons(core, brake, reasons, newestOrder(all));
}

/** Remembers what stops pruning at the destinations of a plan. */
export function storeBrakes(
  core: Pick<CoreContext, 'catalog' | 'events'>,
  plan: Plan,
  brakes: readonly FoundBrake[],
): void {
  const { catalog, events } = core;
  for (const { destination, brake } of brakes) {
    if (JSON.stringify(catalog.pruneStates.get(plan.id, destination.id).brake) === JSON.stringify(brake)) continue;
    catalog.pruneStates.change(plan.id, destination.id, { brake });
    events.emit('plans.changed', { planIds: [plan.id] });
  }
}

/** A brake with what has come: whatever was made before something new is held too. */
export function withReasons(
  { clock }: Pick<CoreContext, 'clock'>,
  brake: StoredBrake | null,
  found: readonly BrakeReason[],
  newest: number,
): StoredBrake | null {
  const reasons = brake?.reasons ?? [];
  const added = found.filter(({ kind }) => !reasons.some((reason) => reason.kind === kind));
  if (added.length === 0) return brake;
  return { snapshot: newest, since: brake?.since ?? clock.now().toISOString(), reasons: [...reasons, ...added] };
}

/** The number of the newest of some snapshots; 0: there is none. */
export function newestOrder(snapshots: ReadonlyArray<{ order: number }>): number {
  return snapshots.reduce((newest, { order }) => Math.max(newest, order), 0);
}

/** What the newest of some snapshots has lost against the fullest of them, as a sentence. */
function lossOf({ catalog }: Pick<CoreContext, 'catalog'>, snapshots: readonly WeighedSnapshot[]): string | null {
  const newest = snapshots.find(({ order }) => order === newestOrder(snapshots));
  if (newest === undefined) return null;
  const contentOf = ({ id, name, bytes }: WeighedSnapshot): SnapshotContent => {
    const manifest = catalog.snapshots.manifest(id);
    return { name, bytes, method: manifest?.method ?? '', tables: manifest?.database?.tables ?? [] };
  };
  const content = contentOf(newest);
  // The newest may be the fullest of all, and another database.
  for (const fuller of fullestOf(snapshots.filter(({ id }) => id !== newest.id))) {
    const loss = contentLoss(content, contentOf(fuller));
    if (loss !== null) return loss;
  }
  return null;
}

/** What a plan's newest snapshot has lost, wherever it is stored, as a sentence; `null`: nothing that matters. */
export function lossOfNewest(core: Core, planId: string): string | null {
  const plan = core.catalog.plans.get(planId);
  if (plan === undefined) return null;
  const reviewed = plan.destinations.map(
    ({ destinationId }) => core.catalog.pruneStates.get(plan.id, destinationId).reviewed.snapshot,
  );
  return lossOf(core, core.catalog.kept.fullest(planId, Math.min(...reviewed)));
}

/** Stops automatic pruning at all destinations of a plan, until a person has reviewed why. */
export function raiseBrake(core: Core, planId: string, reason: BrakeReason): void {
  const { catalog } = core;
  const plan = catalog.plans.get(planId);
  const newest = catalog.kept.newestNumber(planId);
  for (const { destinationId } of plan?.destinations ?? []) {
    const { brake } = catalog.pruneStates.get(planId, destinationId);
    catalog.pruneStates.change(planId, destinationId, { brake: withReasons(core, brake, [reason], newest) });
  }
}

/**
 * A person has reviewed what stops pruning at a plan's destinations: it resumes, and the current snapshots are
 * accepted.
 */
export function releaseBrakes({ catalog, events }: CoreContext, plan: Plan): void {
  const reviewed = { snapshot: catalog.kept.newestNumber(plan.id), run: catalog.runs.newestNumber() };
  for (const { destinationId } of plan.destinations)
    catalog.pruneStates.change(plan.id, destinationId, { reviewed, brake: null });
  events.emit('plans.changed', { planIds: [plan.id] });
}

/** A person has seen what a changed retention does to the snapshots that a plan has now. */
export function announceRetention({ catalog }: CoreContext, plan: Plan): void {
  const snapshot = catalog.kept.newestNumber(plan.id);
  for (const { destinationId, retention } of plan.destinations)
    catalog.pruneStates.change(plan.id, destinationId, {
      announced: { snapshot, retention: retention ?? plan.retention },
    });
}

/** Up to which snapshot, by its number, a person has seen the effect of a retention at a destination. */
export function announcedUpTo(
  { catalog }: Pick<CoreContext, 'catalog'>,
  planId: string,
  destinationId: string,
  retention: Retention,
): number {
  const { announced } = catalog.pruneStates.get(planId, destinationId);
  return announced !== null && JSON.stringify(announced.retention) === JSON.stringify(retention)
    ? announced.snapshot
    : 0;
}

/** Why pruning a plan is paused, as a sentence; `null`: it is not. @param brakes those of the plan */
export function pruningPaused(
  { destinations }: Plan,
  brakes: ReadonlyArray<{ destinationId: string; brake: StoredBrake }>,
): string | null {
  const reasons = destinations.flatMap(({ destinationId }) =>
    brakes.filter((each) => each.destinationId === destinationId).flatMap(({ brake }) => brake.reasons),
  );
  const messages = new Set(reasons.map(({ message }) => message));
  return messages.size === 0 ? null : `Pruning paused: ${[...messages].join(' ')}`;
}
