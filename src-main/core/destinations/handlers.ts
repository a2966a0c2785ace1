import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import type { DestinationSummary } from '../../../src-shared/model/destination.ts';
import type { CoreContext } from '../core-context.ts';
import type { Handlers } from '../handler.ts';
import { requireDestination } from './destination-access.ts';
import { summarizeDestinations } from './destination-summary.ts';
import { previewReattach, reattach } from './reattach.ts';
import { putBackDestination, removeDestination } from './remove-destination.ts';
import { saveDestination, testDestination } from './save-destination.ts';
import { destinationStorage } from './storage-history.ts';
import { compareDisks, suggestFolders } from './suggest-folders.ts';

/** Lists, saves, tests and removes destinations. */
export function destinationsHandlers(
  core: CoreContext,
): Handlers<Exclude<MethodsOf<'destinations'>, 'destinations.catchUp' | 'destinations.rescan'>> {
  const { catalog } = core;
  return {
    'destinations.list': ({ destinationIds }) =>
      summarizeDestinations(core, catalog.destinations.list(destinationIds), destinationIds),
    'destinations.storage': ({ destinationId }) =>
      destinationStorage(core, requireDestination(catalog, destinationId).id),
    'destinations.suggest': ({ sourcePaths }) => suggestFolders(core, sourcePaths),
    'destinations.compareDisks': ({ sourcePaths, folders }) => compareDisks(sourcePaths, folders),
    'destinations.save': async (given) => {
      const { id, report } = await saveDestination(core, given);
      return { destination: id === null ? null : requireSummary(core, id), report };
    },
    'destinations.test': ({ destinationId }) => testDestination(core, destinationId),
    'destinations.previewReattach': ({ destinationId }) =>
      previewReattach(core, requireDestination(catalog, destinationId)),
    'destinations.reattach': async ({ destinationId, confirmation }) => {
      await reattach(core, requireDestination(catalog, destinationId), confirmation);
      return requireSummary(core, destinationId);
    },
    'destinations.remove': ({ destinationId }) => ({ snapshotsLeft: removeDestination(core, destinationId) }),
    'destinations.putBack': ({ destinationId }) => {
      putBackDestination(core, destinationId);
      return requireSummary(core, destinationId);
    },
    'destinations.hostKey': async (host) => {
      const { readHostKey } = await import('./drivers/sftp-connection.ts');
      return { hostKey: await readHostKey(host) };
    },
  };
}

function requireSummary(core: CoreContext, id: string): DestinationSummary {
  const [summary] = summarizeDestinations(core, [requireDestination(core.catalog, id)], [id]);
  if (summary === undefined) throw new Error(`The destination ${id} has no summary.`);
  return summary;
}
