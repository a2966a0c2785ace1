import { DAY_MS } from '../../../src-shared/rules/durations.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import type { CoreContext } from '../core-context.ts';
import { askInTime } from '../destinations/ask-in-time.ts';
import { destinationProblem } from '../destinations/check-destination.ts';
import { withDestination } from '../destinations/destination-access.ts';
import { recordPlanStorage, recordStorage } from '../destinations/storage-history.ts';
import { listStored } from '../snapshots/list-stored.ts';
import { checkSource } from './check-source.ts';

/** Between two lists of what is stored at a destination. */
const LIST_EVERY_MS = DAY_MS;

/** Checks every source and every destination, each with a time limit, and lists what has not been listed for a day. */
export async function checkEverything(core: CoreContext): Promise<void> {
  const { destinations, plans } = core.catalog;
  recordPlanStorage(core);
  await Promise.all([
    ...destinations.list().map((destination) => checkDestination(core, destination)),
    ...plans.list().map((plan) => checkSource(core, plan)),
  ]);
}

async function checkDestination(core: CoreContext, destination: StoredDestination): Promise<void> {
  const problem = await destinationProblem(core, destination);
  // A bucket that was emptied has lost its marker too, but no disk can be missing there.
  if (problem !== null && !(destination.settings.kind === 's3' && problem.code === 'UNAVAILABLE')) return;
  if (problem === null) await recordStorage(core, destination);
  const since = destination.listedAt === null ? null : Date.parse(destination.listedAt);
  const now = core.clock.now().getTime();
  if (since !== null && now >= since && now - since < LIST_EVERY_MS) return;
  await askInTime(`list ${core.serviceId} ${destination.id}`, () =>
    withDestination(core, destination, (driver) => listStored(core, destination, driver)),
  );
}
