import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import type { StoredRecovery } from '../catalog/repos/recovery-repo.ts';
import type { Clock } from '../ports.ts';
import { raiseBrake } from '../prune/prune-brakes.ts';

/**
 * Enters one more copy of a known snapshot, or an unknown one as imported.
 * One that the machine a plan was recovered from has made since pauses the pruning of that plan.
 * @throws SnapkeepError `CONFLICT` for another content under the id or the name of a known snapshot
 */
export function importDescribed(
  catalog: Catalog,
  clock: Clock,
  manifest: Manifest,
  destination: StoredDestination,
): void {
  const planId = shownUnder(catalog, manifest, destination.id);
  const at = clock.now().toISOString();
  const isNew = catalog.snapshots.get(manifest.id) === undefined;
  catalog.snapshots.enter(manifest, { origin: 'imported', destinationId: destination.id, planId, at });
  const recovery = takenSinceRecovery(catalog, manifest);
  if (isNew && recovery !== undefined) {
    const message = `The previous machine of this plan still backs it up: ${manifest.name} was taken after the plan was recovered.`;
    raiseBrake({ catalog, clock }, recovery.planId, { kind: 'other-machine', message });
  }
}

/** The recovery of the plan that a snapshot was taken for, if the previous machine of that plan took it afterwards. */
export function takenSinceRecovery(
  catalog: Catalog,
  { service, plan, createdAt }: Manifest,
): StoredRecovery | undefined {
  const recovery = service && plan.id ? catalog.recoveries.of(service.id, plan.id) : undefined;
  // Both instants are of that machine's own clock.
  return recovery !== undefined && createdAt > recovery.newestAt ? recovery : undefined;
}

/**
 * Returns the plan that an imported snapshot is shown under: the one its manifest names by its id, or one of the same
 * name that stores to the same destination. It counts for nothing there.
 */
function shownUnder(catalog: Catalog, { plan: { id, name } }: Manifest, destinationId: string): string | null {
  if (id !== null && catalog.plans.get(id) !== undefined) return id;
  const namesake = catalog.plans.byName(name);
  const storesHere = namesake?.destinations.some((each) => each.destinationId === destinationId) === true;
  return storesHere ? namesake.id : null;
}
