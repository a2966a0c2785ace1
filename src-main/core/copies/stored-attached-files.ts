import type { Manifest } from '../../../src-shared/model/manifest.ts';
import { idLetters } from '../../../src-shared/rules/names/name-pattern.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import type { Destination } from '../destinations/drivers/destination.ts';
import { removeAttachedFiles } from '../engine/attached-files/stored-files.ts';
import { answerOn } from '../engine/engine-errors.ts';
import { manifestPath } from '../engine/files/manifest-files.ts';
import { readManifestAt } from './stored-manifest.ts';

/**
 * Removes what the manifest of a snapshot at a destination names as its attached files, before the manifest itself goes:
 * without it nobody would find them again. One that cannot be understood, or is another snapshot's, names nothing.
 * A removal that was interrupted is finished by calling it again.
 * @throws SnapkeepError `CONFLICT` for a folder that is not Snapkeep's
 */
export async function removeAttachedFilesAt(
  driver: Destination,
  { settings }: StoredDestination,
  snapshotName: string,
  snapshotId: string,
): Promise<void> {
  const manifest = await manifestAt(driver, snapshotName);
  if (manifest?.id !== snapshotId) return;
  const own = ownAttachedFiles(manifest);
  if (settings.kind === 'folder') await removeAttachedFiles(settings.path, manifest.plan.name, own, snapshotId);
  else for (const { storedName } of own) if (storedName !== null) await driver.delete(storedName);
}

/** Others could have written a manifest: what it names of other snapshots, which have other letters, is not its own. */
export function ownAttachedFiles({ id, attachedFiles }: Manifest): Manifest['attachedFiles'] {
  const letters = `-${idLetters(id).slice(0, 6)}`;
  return attachedFiles.filter(({ storedName }) => storedName?.includes(letters) === true);
}

/** The manifest of a snapshot at a destination; `undefined` where there is none that can be understood. */
export function manifestAt(driver: Destination, snapshotName: string): Promise<Manifest | undefined> {
  const read = readManifestAt(driver, manifestPath(snapshotName), undefined);
  return read.catch(answerOn(['NOT_FOUND', 'CORRUPT'], undefined, snapshotName));
}
