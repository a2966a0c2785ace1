import { dirname } from 'node:path';
import type { Plan } from '../../../src-shared/model/plan.ts';
import type { ScheduledJob } from '../../../src-shared/model/schedule.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import type { CoreContext } from '../core-context.ts';
import { askInTime } from '../destinations/ask-in-time.ts';
import { destinationProblem } from '../destinations/check-destination.ts';
import { exists } from '../engine/files/durable-files.ts';

/** What a restore test waits for that has nothing to read yet. */
export const NO_SNAPSHOT_YET = 'Waiting for the first snapshot.';

/**
 * What a job needs and is unavailable now, as a sentence; `null`: nothing. A plan that stores beyond this machine
 * waits for no folder: what cannot be stored in one waits in the outbox, and is copied there later.
 */
export async function whatIsAway(core: CoreContext, plan: Plan, job: ScheduledJob): Promise<string | null> {
  const { catalog } = core;
  if (job === 'restoreTest' && !catalog.kept.hasStored(plan.id)) return NO_SNAPSHOT_YET;
  const away = job === 'backup' ? await unavailableSource(plan) : null;
  if (away !== null) return `Waiting for ${away}, which is unavailable.`;
  const destinations = plan.destinations
    .map(({ destinationId }) => catalog.destinations.get(destinationId))
    .filter((destination) => destination !== undefined);
  return whyAllAreAway(core, destinations);
}

/**
 * The database that is missing; of files, the folder around one of them, which a disk or share brings along: a file
 * that is missing from an existing folder has been removed, and people are to hear of it.
 */
async function unavailableSource({ sourceKind, sourcePath, attachedFiles }: Plan): Promise<string | null> {
  const needed = sourceKind === 'database' ? [sourcePath] : attachedFiles.map(({ path }) => dirname(path));
  // What cannot be read counts as missing.
  for (const path of needed)
    if ((await askInTime(`stat ${path}`, () => exists(path).catch(() => false))) !== true) return path;
  return null;
}

/** Why none of these can be used now; `null`: one can, as far as this machine can tell without asking another one. */
async function whyAllAreAway(core: CoreContext, destinations: readonly StoredDestination[]): Promise<string | null> {
  let first: string | null = null;
  for (const destination of destinations) {
    if (destination.settings.kind !== 'folder') return null;
    const why = await destinationProblem(core, destination);
    if (why === null) return null;
    first ??= `Waiting for ${destination.name}: ${why.message}`;
  }
  return first;
}
