import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import type { DestinationSummary } from '../../../src-shared/model/destination.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import type { CoreContext } from '../core-context.ts';
import type { Handlers } from '../handler.ts';
import { forgetSecrets } from '../secrets/destination-secrets.ts';
import { requireDestination } from './destination-access.ts';
import { summarizeDestinations } from './destination-summary.ts';
import { previewReattach, reattach } from './reattach.ts';
import { saveDestination, testDestination } from './save-destination.ts';

/** Lists, saves, tests and removes destinations. */
export function destinationsHandlers(
  core: CoreContext,
): Handlers<Exclude<MethodsOf<'destinations'>, 'destinations.catchUp' | 'destinations.rescan'>> {
  const { catalog, secrets } = core;
  return {
    'destinations.list': ({ destinationIds }) => summarizeDestinations(core, catalog.destinations.list(destinationIds)),
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
    'destinations.remove': ({ destinationId }) => {
      const destination = requireDestination(catalog, destinationId);
      requireUnused(core, destination);
      const snapshotsLeft = catalog.copies.countsByDestination().get(destinationId)?.stored ?? 0;
      forgetSecrets(secrets, destinationId);
      catalog.destinations.remove(destinationId);
      core.events.emit('destinations.changed', { destinationIds: [destinationId] });
      core.events.emit('snapshots.changed', { planId: null });
      return { snapshotsLeft };
    },
    'destinations.hostKey': async (host) => {
      const { readHostKey } = await import('./drivers/sftp-connection.ts');
      return { hostKey: await readHostKey(host) };
    },
  };
}

function requireSummary(core: CoreContext, id: string): DestinationSummary {
  const [summary] = summarizeDestinations(core, [requireDestination(core.catalog, id)]);
  if (summary === undefined) throw new Error(`The destination ${id} has no summary.`);
  return summary;
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
