import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run } from '../../../src-shared/model/run.ts';
import { idLetters } from '../../../src-shared/rules/names/name-pattern.ts';
import { fileStem } from '../../../src-shared/rules/names/naming.ts';
import { removeAttachedFiles } from '../engine/attached-files/stored-files.ts';
import { explainError } from '../engine/engine-errors.ts';

const STORED =
  /^(.+)-\d{4}-\d{2}-\d{2}-\d{6}-([0-9a-z]{6}(?:-[0-9a-z]{6,12})?)\.([A-Za-z0-9][\w-]*)(\.(?:tar|img)(?:\.(?:gz|zst))?(?:\.age)?)?$/;

/**
 * Removes attached files that an interrupted backup has stored and whose snapshot never came: their names carry the
 * letters of its id, which no other run has.
 * @returns their paths
 * @throws SnapkeepError when the folder cannot be read
 */
export async function removeOrphanAttachedFiles(run: Run, folder: string): Promise<string[]> {
  const { planName } = run;
  if (planName === null) return [];
  const letters = idLetters(run.id).slice(0, 6);
  try {
    const orphans = (await readdir(folder, { withFileTypes: true })).flatMap((entry) => {
      const [, stem, ofId = '', name = '', ending] = STORED.exec(entry.name) ?? [];
      const fits = ending === undefined ? entry.isDirectory() : entry.isFile();
      if (stem !== fileStem(planName) || !ofId.startsWith(letters) || !fits) return [];
      const way = ending === undefined ? ('linked-folder' as const) : ('archive' as const);
      return [{ name, storedName: entry.name, way }];
    });
    await removeAttachedFiles(folder, planName, orphans, run.id);
    return orphans.map(({ storedName }) => join(folder, storedName));
  } catch (error) {
    throw explainError(error, folder);
  }
}
