import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import type { CoreContext } from '../core-context.ts';
import { forgetSecrets } from '../secrets/destination-secrets.ts';
import { requireDestination } from './destination-access.ts';

/**
 * Removes a destination from the catalog, with its secrets. What is stored there stays.
 * @returns how many snapshots stay there
 * @throws SnapkeepError `NOT_FOUND`; `CONFLICT`, `BUSY` while it is used
 */
export function removeDestination(core: CoreContext, destinationId: string): number {
  const { catalog, events, secrets } = core;
  requireUnused(core, requireDestination(catalog, destinationId));
  const snapshotsLeft = catalog.copies.countsByDestination().get(destinationId)?.stored ?? 0;
  forgetSecrets(secrets, destinationId);
  catalog.destinations.remove(destinationId);
  events.emit('destinations.changed', { destinationIds: [destinationId] });
  events.emit('snapshots.changed', { planId: null });
  return snapshotsLeft;
}

/** @throws SnapkeepError `CONFLICT` while a plan stores to it, `BUSY` while a run uses it */
function requireUnused(core: CoreContext, { id, name }: StoredDestination): void {
  const plans = core.catalog.plans.list().filter((plan) => plan.destinations.some((each) => each.destinationId === id));
  if (plans.length > 0) {
    throw new SnapkeepError('CONFLICT', `${name} is used by: ${plans.map((plan) => plan.name).join(', ')}.`, {
      hint: 'Remove it from these plans first.',
    });
  }
  if (core.runs.active().some((run) => run.destinationId === id))
    throw new SnapkeepError('BUSY', `A run is using ${name}.`, { hint: 'Wait until it ends, or cancel it.' });
}
