import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import type { CoreContext } from '../core-context.ts';
import { requireDestination } from './destination-access.ts';

/**
 * Removes a destination from the catalog, with its secrets. What is stored there stays.
 * @returns how many snapshots stay there
 * @throws SnapkeepError `NOT_FOUND`; `CONFLICT`, `BUSY` while it is used
 */
export function removeDestination(core: CoreContext, destinationId: string): number {
  const { catalog } = core;
  requireUnused(core, requireDestination(catalog, destinationId));
  const snapshotsLeft = catalog.copies.countsByDestination().get(destinationId)?.stored ?? 0;
  catalog.removedDestinations.remove(destinationId);
  tell(core, destinationId);
  return snapshotsLeft;
}

/**
 * Puts a removed destination back, with its secrets and what was known of its snapshots.
 * @throws SnapkeepError `NOT_FOUND`; `CONFLICT` when something that it needs is taken or gone
 */
export function putBackDestination(core: CoreContext, destinationId: string): void {
  let known: boolean;
  try {
    known = core.catalog.removedDestinations.bringBack(destinationId);
  } catch (cause) {
    throw new SnapkeepError('CONFLICT', 'The destination was not put back: its name is taken, or a plan was deleted.', {
      hint: 'Add the destination again and rescan it: its snapshots are still there.',
      cause,
    });
  }
  if (!known)
    throw new SnapkeepError('NOT_FOUND', 'The removed destination is not known any more.', {
      hint: 'Add it again and rescan it: its snapshots are still there.',
    });
  tell(core, destinationId);
}

function tell({ events }: CoreContext, destinationId: string): void {
  events.emit('destinations.changed', { destinationIds: [destinationId] });
  events.emit('snapshots.changed', { planId: null });
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
