import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import { destinationLabel, destinationNameFrom, freeName } from '../../../src-shared/rules/destination-words.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { StoredDestination } from '../catalog/destination-repo.ts';
import type { CoreContext } from '../core-context.ts';
import type { Destination } from '../destinations/destination.ts';
import { openDestination } from '../destinations/open-destination.ts';
import { requireWritableFolder } from '../engine/durable-files.ts';
import { errorCode } from '../engine/engine-errors.ts';
import type { Clock } from '../ports.ts';
import { driverSecrets, keptSecrets } from '../secrets/destination-secrets.ts';

/** The driver of a destination of the catalog; whoever opens it closes it. @throws SnapkeepError `BAD_KEY` */
export function openPlace(
  { secrets, throttles }: Pick<CoreContext, 'secrets' | 'throttles'>,
  { id, settings }: StoredDestination,
): Destination {
  const throttle = throttles.of(id, settings.bytesPerSecond);
  return openDestination(settings, driverSecrets(settings, keptSecrets(secrets, id)), throttle);
}

/** Does something with the driver of a destination, and closes it. */
export async function withPlace<T>(
  core: Pick<CoreContext, 'secrets' | 'throttles'>,
  destination: StoredDestination,
  work: (driver: Destination) => Promise<T>,
): Promise<T> {
  const driver = openPlace(core, destination);
  try {
    return await work(driver);
  } finally {
    await driver.close();
  }
}

/** Where a file of a destination is, for people and for locks: a path in a folder, or what is as good as one. */
export function locationOf({ settings }: StoredDestination, name: string): string {
  return settings.kind === 'folder' ? join(settings.path, name) : `${destinationLabel(settings)}/${name}`;
}

/**
 * The destination that is this folder; it becomes one if it is none yet.
 * @param folder canonical
 * @param own it is one of Snapkeep's own
 */
export function folderDestination(catalog: Catalog, clock: Clock, folder: string, own = false): StoredDestination {
  const known = catalog.destinations.byFolder(folder);
  if (known !== undefined && known.own === own) return known;
  const settings = { kind: 'folder' as const, path: folder, bytesPerSecond: null };
  const now = clock.now().toISOString();
  const made = known ?? {
    id: randomUUID(),
    name: freeName(
      own ? `Snapkeep’s ${destinationNameFrom(settings)}` : destinationNameFrom(settings),
      (name) => catalog.destinations.byName(name) !== undefined,
    ),
    settings,
    createdAt: now,
    lastTest: null,
  };
  // A folder within the data folder stays Snapkeep's own, whoever asks for it.
  const destination = { ...made, own: own || known?.own === true, updatedAt: now };
  catalog.destinations.save(destination);
  return destination;
}

/** The folders that plans store to. */
export function foldersOf(catalog: Catalog, plans: readonly Plan[]): string[] {
  const ids = new Set(plans.flatMap(({ destinations }) => destinations.map(({ destinationId }) => destinationId)));
  return catalog.destinations
    .list()
    .flatMap(({ id, settings }) => (ids.has(id) && settings.kind === 'folder' ? [settings.path] : []));
}

/** @throws SnapkeepError `NOT_FOUND` also for one of Snapkeep's own */
export function requireDestination(catalog: Catalog, destinationId: string): StoredDestination {
  const destination = catalog.destinations.get(destinationId);
  if (destination !== undefined && !destination.own) return destination;
  throw new SnapkeepError('NOT_FOUND', 'There is no such destination.', {
    hint: 'Look at the list of destinations again.',
  });
}

/**
 * Why a folder cannot be used now, as the end of the sentence “Waiting for …”; `null`: it is there. One that has become
 * empty while its snapshots are known is a mount point without its disk.
 */
export async function whyFolderIsAway(catalog: Catalog, destination: StoredDestination): Promise<string | null> {
  const { settings } = destination;
  if (settings.kind !== 'folder') return null;
  const folder = settings.path;
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    const code = errorCode(error);
    return code === 'ENOENT' || code === 'ENOTDIR'
      ? `${folder}, which is not there.`
      : `${folder}, which cannot be read (${code}).`;
  }
  const stored = catalog.copies.counts().get(destination.id)?.stored ?? 0;
  return names.length === 0 && stored > 0 ? `${folder}: its disk does not seem to be mounted.` : null;
}

/**
 * Asks a destination whether it is there.
 * @throws SnapkeepError as its driver does, and `UNAVAILABLE` for a mount point without its disk
 */
export async function requireThere(
  core: Pick<CoreContext, 'catalog' | 'clock'>,
  destination: StoredDestination,
  driver: Destination,
): Promise<void> {
  const away = await whyFolderIsAway(core.catalog, destination);
  if (away !== null) {
    throw new SnapkeepError('UNAVAILABLE', away.replace(', which', ''), {
      hint: 'Connect the disk or share it is on, or create the folder, and try again.',
    });
  }
  if (destination.settings.kind === 'folder') await requireWritableFolder(destination.settings.path, 0);
  await driver.list(null, 1);
}
