import { tellDestinations } from '../catalog/changes.ts';
import type { CoreContext } from '../core-context.ts';
import { requireDestination } from '../destinations/destination-access.ts';
import type { Handlers } from '../handler.ts';
import { startCopyRun } from './copy-run.ts';

/** Makes the copies that wait for a destination. */
export function copiesHandlers(core: CoreContext): Handlers<'destinations.catchUp'> {
  const { catalog, clock } = core;
  return {
    'destinations.catchUp': ({ destinationId }) => {
      const destination = requireDestination(catalog, destinationId);
      catalog.copies.retryFailed(destination.id, clock.now().toISOString());
      const run = startCopyRun(core, destination);
      tellDestinations(core, [destination.id]);
      return { run };
    },
  };
}
