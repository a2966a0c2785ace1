import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredAttachedFile } from '../../../src-shared/model/attached-file.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import { idLetters } from '../../../src-shared/rules/names/name-pattern.ts';
import { fileStem } from '../../../src-shared/rules/names/naming.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import type { Destination } from '../destinations/drivers/destination.ts';
import { objectsAt } from '../destinations/drivers/list-all.ts';
import { removeAttachedFiles } from '../engine/attached-files/stored-files.ts';
import { explainError } from '../engine/engine-errors.ts';

const STORED =
  /^(.+)-\d{4}-\d{2}-\d{2}-\d{6}-([0-9a-z]{6}(?:-[0-9a-z]{6,12})?)\.([A-Za-z0-9][\w-]*)(\.(?:tar|img)(?:\.(?:gz|zst))?(?:\.age)?)?$/;

interface Entry {
  name: string;
  isFolder: boolean;
}

/** A stored attached file that no manifest names, with the start of its name. */
interface Orphan extends Pick<StoredAttachedFile, 'name' | 'way'> {
  stem: string;
  storedName: string;
}

/** The attached files of a snapshot among some entries: their names carry the letters of its id, which no other has. */
function attachedFilesOf(id: string, entries: Iterable<Entry>): Orphan[] {
  const letters = idLetters(id).slice(0, 6);
  return [...entries].flatMap(({ name: storedName, isFolder }) => {
    const [, stem, ofId, name, ending] = STORED.exec(storedName) ?? [];
    if (stem === undefined || name === undefined || ofId?.startsWith(letters) !== true) return [];
    if (isFolder !== (ending === undefined)) return [];
    return [{ stem, name, storedName, way: isFolder ? ('linked-folder' as const) : ('archive' as const) }];
  });
}

/**
 * Removes attached files that an interrupted backup has stored and whose snapshot never came.
 * @returns their paths
 * @throws SnapkeepError when the folder cannot be read
 */
export async function removeOrphanAttachedFiles(run: Run, folder: string): Promise<string[]> {
  const { planName } = run;
  if (planName === null) return [];
  try {
    const entries = (await readdir(folder, { withFileTypes: true })).filter(
      (entry) => entry.isFile() || entry.isDirectory(),
    );
    const all = attachedFilesOf(
      run.id,
      entries.map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() })),
    );
    const orphans = all.filter(({ stem }) => stem === fileStem(planName));
    await removeAttachedFiles(folder, planName, orphans, run.id);
    return orphans.map(({ storedName }) => join(folder, storedName));
  } catch (error) {
    throw explainError(error, folder);
  }
}

/**
 * Removes the attached files of a snapshot from a destination, whatever its manifest there names: a copy stores them
 * before its manifest, and may have ended in between.
 * @throws SnapkeepError as the driver does; `CONFLICT` for a folder that is not Snapkeep's
 */
export async function removeUnnamedAttachedFiles(
  driver: Destination,
  { settings }: StoredDestination,
  snapshotId: string,
): Promise<void> {
  const entries: Entry[] = [];
  for await (const { name } of objectsAt(driver)) entries.push({ name, isFolder: false });
  if (settings.kind !== 'folder') {
    for (const { storedName } of attachedFilesOf(snapshotId, entries)) await driver.delete(storedName);
    return;
  }
  for (const name of await driver.folders()) entries.push({ name, isFolder: true });
  for (const orphan of attachedFilesOf(snapshotId, entries))
    await removeAttachedFiles(settings.path, orphan.stem, [orphan], snapshotId);
}
