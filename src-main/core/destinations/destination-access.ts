import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import { destinationLabel, destinationNameFrom, freeName } from '../../../src-shared/words/destination-words.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { tellDestinations } from '../catalog/changes.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import type { CoreContext } from '../core-context.ts';
import { explainError } from '../engine/engine-errors.ts';
import { exists, requireWritableFolder } from '../engine/files/durable-files.ts';
import { canonicalPath, refuseDataFolder } from '../engine/files/paths.ts';
import type { Clock } from '../ports.ts';
import { driverSecrets, keptSecrets } from '../secrets/destination-secrets.ts';
import { askInTime } from './ask-in-time.ts';
import type { Destination } from './drivers/destination.ts';
import { mark, readMarker } from './drivers/marker.ts';
import { openDriver } from './drivers/open-driver.ts';

/** The driver of a destination of the catalog; whoever opens it closes it. @throws SnapkeepError `BAD_KEY` */
export function openDestination(
  { secrets, throttles }: Pick<CoreContext, 'secrets' | 'throttles'>,
  { id, settings }: StoredDestination,
): Promise<Destination> {
  const throttle = throttles.of(id, settings.bytesPerSecond);
  return openDriver(settings, driverSecrets(settings, keptSecrets(secrets, id)), throttle);
}

/** Does something with the driver of a destination, and closes it. */
export async function withDestination<T>(
  core: Pick<CoreContext, 'secrets' | 'throttles'>,
  destination: StoredDestination,
  work: (driver: Destination) => Promise<T>,
): Promise<T> {
  await using driver = await openDestination(core, destination);
  return await work(driver);
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
  };
  // A folder within the data folder stays Snapkeep's own, whoever asks for it.
  catalog.destinations.save({ ...made, own: own || known?.own === true, updatedAt: now });
  return requireKnown(catalog, made.id);
}

function requireKnown(catalog: Catalog, id: string): StoredDestination {
  const known = catalog.destinations.get(id);
  if (known === undefined) throw new Error(`The destination ${id} was not saved.`);
  return known;
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
  throw new SnapkeepError('NOT_FOUND', 'Destination not found.', {
    hint: 'Refresh the list of destinations.',
  });
}

/** What a check of a destination needs of the core. */
export type Checking = Pick<CoreContext, 'catalog' | 'clock' | 'events'>;

/**
 * Asks a destination whether it is available and the one it is taken for, by its marker file: before every write, and on
 * a timer. The answer is kept. A mount point without its disk has no marker, whatever else is in it. A folder has only
 * so long to answer.
 * @throws SnapkeepError `UNAVAILABLE` without a marker or an answer, `CONFLICT` for the marker of another destination,
 * and as its driver does
 */
export async function assertReachable(
  core: Checking,
  destination: StoredDestination,
  driver: Destination,
): Promise<void> {
  if (destination.own) return;
  const { id, name, settings } = destination;
  const ask = async (): Promise<SnapkeepError | null> => {
    try {
      if (settings.kind === 'folder') await requireWritableFolder(settings.path);
      await requireMarker(core.catalog, destination, driver);
      return null;
    } catch (error) {
      return explainError(error, name);
    }
  };
  const answer = settings.kind === 'folder' ? await askInTime(`marker of ${id} in ${settings.path}`, ask) : await ask();
  const problem = answer === 'late' ? doesNotAnswer(name) : answer;
  noteCheck(core, destination.id, problem);
  if (problem !== null) throw problem;
}

/**
 * Asks once more, before what a destination lacks, or has taken, is believed: a disk may go at any moment, and its mount
 * point looks like an empty folder. One that was never marked, and a bucket, is believed.
 * @throws SnapkeepError as {@link assertReachable}
 */
export async function assertStillReachable(
  core: Checking,
  destination: StoredDestination,
  driver: Destination,
): Promise<void> {
  if (destination.settings.kind === 's3') return;
  if (core.catalog.destinations.get(destination.id)?.markerId != null) await assertReachable(core, destination, driver);
}

/**
 * Asks whether a folder is available, if it is a destination.
 * @throws SnapkeepError as {@link assertReachable}
 */
export async function requireFolderThere(core: Checking, folder: string): Promise<void> {
  const destination = core.catalog.destinations.byFolder(folder);
  if (destination === undefined || destination.markerId === null) return;
  await using driver = await openDriver(destination.settings, {});
  await assertReachable(core, destination, driver);
}

/** Whether all of the folders that are destinations are available. */
export async function areReachable(core: Checking, folders: readonly string[]): Promise<boolean> {
  try {
    for (const folder of folders) await requireFolderThere(core, folder);
    return true;
  } catch {
    return false;
  }
}

/** Whether a folder that is marked as a destination answers and has no marker: its disk has gone from the mount point. */
export async function isBareMountPoint(
  { catalog }: Pick<CoreContext, 'catalog'>,
  { id, settings }: StoredDestination,
  driver: Destination,
): Promise<boolean> {
  if (settings.kind !== 'folder' || catalog.destinations.get(id)?.markerId == null) return false;
  const ask = (): Promise<boolean> =>
    readMarker(driver).then(
      (found) => found === null,
      () => false,
    );
  return (await askInTime(`mount point ${id} in ${settings.path}`, ask)) === true;
}

/** The error of a destination that has not answered for too long. */
export function doesNotAnswer(name: string): SnapkeepError {
  return new SnapkeepError('UNAVAILABLE', `${name} does not respond.`, {
    hint: 'Check the disk, share or server, and the network.',
  });
}

/** Keeps what a check of a destination found, and tells when that is news. */
export function noteCheck({ catalog, clock, events }: Checking, id: string, problem: SnapkeepError | null): void {
  const before = catalog.destinations.get(id);
  if (before === undefined) return;
  catalog.destinations.setChecked(id, clock.now().toISOString(), problem?.toBody() ?? null);
  const news = before.problem?.message !== problem?.message || before.reachedAt === null;
  if (news) tellDestinations({ catalog, events }, [id]);
}

async function requireMarker(catalog: Catalog, { id, name }: StoredDestination, driver: Destination): Promise<void> {
  const found = await readMarker(driver);
  // What was opened before may have been re-attached meanwhile.
  const known = catalog.destinations.get(id)?.markerId ?? null;
  if (found !== null && found === known) return;
  if (found === null || known === null) throw notMounted(driver, name);
  throw new SnapkeepError(
    'CONFLICT',
    `The marker file in ${driver.label} belongs to another destination than ${name}.`,
    {
      hint: 'Check that the right disk or share is mounted. To use this one instead, re-attach the destination.',
    },
  );
}

/** The error of a destination that answers and has no marker. */
export function notMounted(driver: Destination, name: string): SnapkeepError {
  return new SnapkeepError(
    'UNAVAILABLE',
    `Marker file of ${name} not found in ${driver.label}: its disk or share may not be mounted.`,
    { hint: 'Mount it. If it is mounted and the marker file was lost, re-attach the destination.' },
  );
}

/** Marks a destination that a person adds, or takes over its existing marker. @throws SnapkeepError */
export async function attach(core: Checking, { id }: StoredDestination, driver: Destination): Promise<void> {
  core.catalog.destinations.setMarker(id, await mark(driver));
  noteCheck(core, id, null);
}

/**
 * The destination that a folder is. A person adds it by naming it: the folder itself may be new, but not the one
 * around it, for a mount that is missing must not be made up for by a folder.
 * @throws SnapkeepError
 */
export async function addFolder(
  core: Checking & Pick<CoreContext, 'dataFolder' | 'secrets' | 'throttles'>,
  path: string,
): Promise<StoredDestination> {
  const folder = await canonicalPath(path);
  refuseDataFolder(core.dataFolder.path, folder);
  const known = core.catalog.destinations.byFolder(folder);
  const isAdded = known?.markerId != null;
  try {
    if (!isAdded && !(await exists(folder)) && (await exists(dirname(folder)))) await mkdir(folder, { mode: 0o700 });
    await requireWritableFolder(folder);
  } catch (error) {
    throw explainError(error, folder);
  }
  if (isAdded) return known;
  const destination = folderDestination(core.catalog, core.clock, folder);
  await withDestination(core, destination, (driver) => attach(core, destination, driver));
  return destination;
}

/** The destination that a folder is, for reading alone: its marker is taken over, and none is written. */
export async function folderToRead(
  core: Pick<CoreContext, 'catalog' | 'clock' | 'secrets' | 'throttles'>,
  path: string,
): Promise<StoredDestination> {
  const destination = folderDestination(core.catalog, core.clock, path);
  if (destination.markerId !== null || destination.own) return destination;
  const found = await withDestination(core, destination, readMarker);
  if (found !== null && found !== 'unreadable') core.catalog.destinations.setMarker(destination.id, found);
  return requireKnown(core.catalog, destination.id);
}
