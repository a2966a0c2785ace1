import { idLetters } from '../../../src-shared/rules/names/name-pattern.ts';
import type { BegunCopy } from '../catalog/repos/copy-repo.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import type { CoreContext } from '../core-context.ts';
import type { Destination, UnfinishedUpload } from '../destinations/drivers/destination.ts';
import { manifestPath } from '../engine/files/manifest-files.ts';
import { removeUnlisted } from './remove-copy.ts';

/**
 * Removes what interrupted copies of this catalog have left at a destination. To be called under the lock of its
 * copies, so none of its own uploads is in progress; what others are uploading is never touched, however old.
 * @throws SnapkeepError as the driver does
 */
export async function tidyUp(
  { catalog }: Pick<CoreContext, 'catalog'>,
  destination: StoredDestination,
  driver: Destination,
): Promise<void> {
  const begun = catalog.copies.begun(destination.id);
  const isOwn = ({ name, tag }: UnfinishedUpload): boolean =>
    tag === null ? begun.some((copy) => belongsTo(copy, name)) : catalog.runs.hasEnded(tag);
  await driver.sweep(isOwn);
  for (const copy of catalog.copies.abandoned(destination.id)) {
    await removeUnlisted(driver, destination, { id: copy.snapshotId, name: copy.name });
    catalog.copies.clearStarted(destination.id, copy.snapshotId);
  }
}

/** Whether an upload is of a snapshot, of its manifest, or of an attached file, which has letters of its id. */
function belongsTo(copy: BegunCopy, upload: string): boolean {
  const letters = `-${idLetters(copy.snapshotId).slice(0, 6)}`;
  return upload === copy.name || upload === manifestPath(copy.name) || upload.includes(`${letters}.`);
}
