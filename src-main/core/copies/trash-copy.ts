import { join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { StoredAttachedFile } from '../../../src-shared/model/attached-file.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { CopyRow } from '../catalog/repos/copy-repo.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import { assertStillReachable, type Checking } from '../destinations/destination-access.ts';
import type { Destination } from '../destinations/drivers/destination.ts';
import { stemIn, updateLatest } from '../engine/attached-files/folder/folder-snapshots.ts';
import { latestNameOf } from '../engine/attached-files/stored-files.ts';
import { exists } from '../engine/files/durable-files.ts';
import { manifestPath } from '../engine/files/manifest-files.ts';
import { ownAttachedFiles } from './stored-attached-files.ts';
import { checkTrashed } from './trash-check.ts';
import { moveIntoTrash, moveOutOfTrash, trashEntry } from './trash-folder.ts';

/** A snapshot in a folder, and where the trash of that folder keeps it. */
export interface TrashPlaces {
  snapshotId: string;
  folder: string;
  entry: string;
  name: string;
  planName: string;
  attachedFiles: StoredAttachedFile[];
}

/** Whether what a person deletes at a destination goes into a trash there: in folders of people, not in Snapkeep's own. */
export function hasTrash({ settings, own }: Pick<StoredDestination, 'settings' | 'own'>): boolean {
  return settings.kind === 'folder' && !own;
}

/** Where the files of a snapshot are in a folder and in its trash; `undefined` where there is no trash. */
export function trashPlaces(
  catalog: Catalog,
  destination: StoredDestination,
  snapshotId: string,
): TrashPlaces | undefined {
  const { settings, id } = destination;
  const manifest = catalog.snapshots.manifestAt(snapshotId, id);
  if (settings.kind !== 'folder' || destination.own || manifest === undefined) return undefined;
  return {
    snapshotId,
    folder: settings.path,
    entry: trashEntry(settings.path, catalog.settings.serviceId(), snapshotId),
    name: manifest.name,
    planName: manifest.plan.name,
    attachedFiles: ownAttachedFiles(manifest),
  };
}

/**
 * Moves one copy of a snapshot into the trash of its folder. It is marked first, so that a move that was interrupted is
 * finished later: until then some files are here and some there, and none is gone.
 * @throws SnapkeepError as the file system does, and as {@link assertStillReachable}
 */
export async function trashCopy(
  core: Checking,
  driver: Destination,
  destination: StoredDestination,
  copy: CopyRow,
): Promise<void> {
  const { catalog, clock } = core;
  const { snapshotId, destinationId } = copy;
  const places = trashPlaces(catalog, destination, snapshotId);
  if (places === undefined) return;
  catalog.transaction(() => {
    catalog.copies.set({ ...copy, state: 'trashing' });
    catalog.trash.enter(snapshotId, destinationId, clock.now().toISOString());
  });
  try {
    // A mount point without its disk gets no trash.
    await assertStillReachable(core, destination, driver);
    await updateLinks(places, true);
    await moveIntoTrash(places.folder, places.entry, [
      ...attachedNames(places),
      places.name,
      manifestPath(places.name),
    ]);
    await assertStillReachable(core, destination, driver);
  } catch (error) {
    // A disk that is gone does not tell what was moved: the rest is moved when it is back.
    const reachable = await assertStillReachable(core, destination, driver).then(
      () => true,
      () => false,
    );
    if (reachable) await takeBack(catalog, places, copy);
    throw error;
  }
  catalog.copies.set({ ...copy, state: 'trashed' });
}

/** A move that failed before anything was moved changes nothing; one that moved something is finished later. */
async function takeBack(catalog: Catalog, { entry, name, attachedFiles }: TrashPlaces, copy: CopyRow): Promise<void> {
  if (copy.state === 'trashing') return;
  const moved = [name, ...attachedFiles.flatMap(({ storedName }) => storedName ?? [])];
  for (const each of moved) if (await exists(join(entry, each)).catch(() => true)) return;
  catalog.transaction(() => {
    catalog.copies.set(copy);
    catalog.trash.remove(copy.snapshotId, copy.destinationId);
  });
}

/**
 * Puts one copy of a snapshot back from the trash, after its content was read and found to be the one that was deleted.
 * One that is interrupted is in the trash again after the next start.
 * @throws SnapkeepError `NOT_FOUND` when it is not in the trash any more, `CORRUPT` when its content is another,
 * `CONFLICT` when one of its names is taken
 */
export async function putBackCopy(
  core: Checking,
  driver: Destination,
  destination: StoredDestination,
  copy: CopyRow,
  options: { signal: AbortSignal; onProgress: (bytes: number) => void },
): Promise<void> {
  const { catalog } = core;
  const { snapshotId, destinationId } = copy;
  const places = trashPlaces(catalog, destination, snapshotId);
  const snapshot = catalog.snapshots.get(snapshotId);
  if (places === undefined || snapshot === undefined) throw notInTrash(snapshotId);
  await checkTrashed(places, snapshot, options);
  catalog.copies.set({ ...copy, state: 'trashing' });
  // As when it was stored: what is attached first, the manifest before the file.
  const names = [...attachedNames(places), manifestPath(places.name), places.name];
  try {
    await moveOutOfTrash(places.folder, places.entry, names);
    await updateLinks(places, false);
    await assertStillReachable(core, destination, driver);
  } catch (error) {
    // Whole in the trash again; should that fail too, it is finished as an interrupted move is.
    await trashCopy(core, driver, destination, { ...copy, state: 'trashing' });
    throw error;
  }
  catalog.transaction(() => {
    catalog.copies.set({ ...copy, state: 'stored', at: core.clock.now().toISOString() });
    catalog.trash.remove(snapshotId, destinationId);
  });
}

/** The error for what the trash does not hold. */
export function notInTrash(name: string): SnapkeepError {
  return new SnapkeepError('NOT_FOUND', `${name} is not in the trash.`, {
    hint: 'List what can be put back: snapkeep trash list.',
  });
}

function attachedNames({ attachedFiles }: TrashPlaces): string[] {
  return attachedFiles.flatMap(({ storedName }) => storedName ?? []);
}

/** The links to the newest attached folders lead to what is left, or to what has come back. */
async function updateLinks(
  { snapshotId, folder, planName, attachedFiles }: TrashPlaces,
  leaving: boolean,
): Promise<void> {
  for (const { name, storedName, way } of attachedFiles) {
    const stem = storedName === null ? undefined : stemIn(storedName);
    if (way !== 'linked-folder' || storedName === null || stem === undefined) continue;
    await updateLatest(folder, stem, latestNameOf(planName, name), snapshotId, leaving ? storedName : null);
  }
}
