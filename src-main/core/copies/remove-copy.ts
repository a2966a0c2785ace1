import type { CopyRow } from '../catalog/repos/copy-repo.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import { assertStillReachable, type Checking } from '../destinations/destination-access.ts';
import type { Destination } from '../destinations/drivers/destination.ts';
import { sidecarPaths } from '../engine/files/durable-files.ts';
import { manifestPath } from '../engine/files/manifest-files.ts';
import { removeTree } from '../engine/files/remove-tree.ts';
import { copyLocation } from './copy-location.ts';
import { removeUnnamedAttachedFiles } from './orphan-attached-files.ts';
import { manifestAt, removeAttachedFilesAt } from './stored-attached-files.ts';
import { trashCopy, trashPlaces } from './trash-copy.ts';

/**
 * Removes one copy of a snapshot, also from the trash: it is marked first, so that a removal that was interrupted is finished later, also by a
 * disk that went. One that fails before anything is gone changes nothing.
 * @throws SnapkeepError as the destination's driver does
 */
export async function removeCopy(
  core: Checking,
  driver: Destination,
  destination: StoredDestination,
  copy: CopyRow,
): Promise<void> {
  const { catalog } = core;
  const { snapshotId } = copy;
  const snapshot = catalog.snapshots.get(snapshotId);
  if (snapshot === undefined) return;
  const name = catalog.copies.nameOf(snapshot, destination.id);
  catalog.copies.set({ ...copy, state: 'deleting' });
  let begun = copy.state === 'deleting';
  try {
    if (catalog.trash.has(snapshotId, destination.id)) {
      const places = trashPlaces(catalog, destination, snapshotId);
      if (places !== undefined) await removeTree(places.entry);
    } else {
      if (snapshot.attachedFiles.length > 0) {
        await removeAttachedFilesAt(driver, destination, name, snapshotId);
        begun = true;
      }
      for (const file of filesOf(destination, name)) {
        await driver.delete(file);
        begun = true;
      }
    }
    await assertStillReachable(core, destination, driver);
  } catch (error) {
    if (!begun) catalog.copies.set(copy);
    throw error;
  }
  // At once: a snapshot that has no copy is listed as missing, and this one is not missing but removed.
  catalog.transaction(() => {
    catalog.copies.remove(snapshotId, destination.id);
    catalog.snapshots.deleteIfNoCopies(snapshotId);
  });
}

/**
 * Removes what is at a destination of a snapshot that the catalog does not know there, such as a copy that nobody wants
 * any more, also one that was interrupted before its manifest. Another file of its name stays.
 * @returns whether its manifest was there
 * @throws SnapkeepError as the destination's driver does
 */
export async function removeUnlisted(
  driver: Destination,
  destination: StoredDestination,
  { id, name }: { id: string; name: string },
): Promise<boolean> {
  await removeAttachedFilesAt(driver, destination, name, id);
  await removeUnnamedAttachedFiles(driver, destination, id);
  if ((await manifestAt(driver, name))?.id !== id) return false;
  for (const file of filesOf(destination, name)) await driver.delete(file);
  return true;
}

/** The manifest goes last: it names what was attached. */
function filesOf({ settings }: StoredDestination, name: string): string[] {
  const { wal, journal } = sidecarPaths(name);
  // Only a folder of Snapkeep's own holds files of databases as they were, with their logs.
  return settings.kind === 'folder' ? [name, wal, journal, manifestPath(name)] : [name, manifestPath(name)];
}

/**
 * Finishes the removals and the moves into the trash at a destination that were interrupted.
 * @param isBusy whether a run is at a copy right now, by its location
 * @throws SnapkeepError as the destination's driver does
 */
export async function finishRemovals(
  core: Checking,
  driver: Destination,
  destination: StoredDestination,
  isBusy: (location: string) => boolean,
): Promise<void> {
  for (const copy of core.catalog.copies.unfinished(destination.id)) {
    const snapshot = core.catalog.snapshots.get(copy.snapshotId);
    if (snapshot === undefined || isBusy(copyLocation(core.catalog, destination, snapshot))) continue;
    if (copy.state === 'trashing') await trashCopy(core, driver, destination, copy);
    else await removeCopy(core, driver, destination, copy);
  }
}
