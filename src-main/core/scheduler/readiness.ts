import { stat } from 'node:fs/promises';
import type { Plan } from '../../../src-shared/model/plan.ts';
import type { ScheduledJob } from '../../../src-shared/model/schedule.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { StoredDestination } from '../catalog/destination-repo.ts';
import { sidecarPaths } from '../engine/durable-files.ts';
import { whyFolderIsAway } from '../jobs/places.ts';

/**
 * What a job needs and is not there now, as a sentence; `null`: all is there. A plan that stores beyond this machine
 * waits for no folder: what cannot be stored in one waits in the outbox, and is copied there later.
 */
export async function whatIsAway(catalog: Catalog, plan: Plan, job: ScheduledJob): Promise<string | null> {
  const snapshots = catalog.snapshots.ofPlan(plan.id).filter(({ missing }) => !missing);
  if (job === 'drill' && snapshots.length === 0) return 'Waiting for the first snapshot.';
  if (job === 'backup' && !(await isThere(plan.sourcePath)))
    return `Waiting for ${plan.sourcePath}, which is not there.`;
  const destinations = plan.destinations
    .map(({ destinationId }) => catalog.destinations.get(destinationId))
    .filter((destination) => destination !== undefined);
  return whyAllAreAway(catalog, destinations);
}

/** Why none of these can be used now; `null`: one can, as far as this machine can tell without asking. */
async function whyAllAreAway(catalog: Catalog, destinations: readonly StoredDestination[]): Promise<string | null> {
  let first: string | null = null;
  for (const destination of destinations) {
    const away = await whyFolderIsAway(catalog, destination);
    if (away === null) return null;
    first ??= `Waiting for ${away}`;
  }
  return first;
}

/** What the files of a database look like: their sizes and times. `null` when it is not there. */
export async function fingerprintOf(path: string): Promise<string | null> {
  const { wal, journal } = sidecarPaths(path);
  const parts = await Promise.all([path, wal, journal].map(describe));
  return parts[0] === '' ? null : parts.join(' ');
}

async function describe(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs } = await stat(path, { bigint: true });
    return `${ino}:${size}:${mtimeNs}`;
  } catch {
    // Not there, or not to be seen: as good as not there.
    return '';
  }
}

async function isThere(path: string): Promise<boolean> {
  return (await describe(path)) !== '';
}
