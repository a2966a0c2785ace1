import { idLetters } from '../../../src-shared/rules/name-pattern.ts';
import type { BegunCopy } from '../catalog/copy-repo.ts';
import type { StoredDestination } from '../catalog/destination-repo.ts';
import type { CoreContext } from '../core-context.ts';
import type { Destination, UploadInTheMaking } from '../destinations/destination.ts';
import { manifestPath } from '../engine/manifest-files.ts';
import { manifestAt, removeCompanionsAt } from './stored-companions.ts';

/**
 * Removes what interrupted copies of this catalog have left at a destination. To be called under the lock of its
 * copies, so none of its own uploads is in progress; what others are uploading is never touched, however old.
 * @throws SnapkeepError as the driver does
 */
export async function tidyUp(
  { catalog }: Pick<CoreContext, 'catalog'>,
  destination: StoredDestination,
  driver: Destination,
  runId: string,
): Promise<void> {
  const begun = catalog.copies.begun(destination.id);
  const isOwn = ({ name, tag }: UploadInTheMaking): boolean =>
    tag === null ? begun.some((copy) => belongsTo(copy, name)) : catalog.runs.hasEnded(tag);
  await driver.sweep(isOwn);
  for (const copy of catalog.copies.abandoned(destination.id)) {
    await removeAbandoned(destination, driver, copy, runId);
    catalog.copies.endBegun(destination.id, copy.snapshotId);
  }
}

/** Removes the manifest of a copy that broke off and is not to be made any more, with the attached files it names. */
async function removeAbandoned(
  destination: StoredDestination,
  driver: Destination,
  { name, snapshotId }: BegunCopy,
  runId: string,
): Promise<void> {
  // The upload may have ended without its answer: what is there whole stays, and is described.
  if ((await driver.stat(name)) !== undefined) return;
  // A name could be another's by now: only what has this snapshot's id is removed.
  if ((await manifestAt(driver, name))?.id !== snapshotId) return;
  await removeCompanionsAt(driver, destination, name, runId);
  await driver.delete(manifestPath(name));
}

/** Whether an upload is of a snapshot, of its manifest, or of an attached file, which has letters of its id. */
function belongsTo(copy: BegunCopy, upload: string): boolean {
  const letters = `-${idLetters(copy.snapshotId).slice(0, 6)}`;
  return upload === copy.name || upload === manifestPath(copy.name) || upload.includes(`${letters}.`);
}
