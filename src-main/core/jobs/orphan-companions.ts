import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST_SUFFIX } from '../../../src-shared/model/manifest.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import { datedName, fileStem } from '../../../src-shared/rules/naming.ts';
import { removeCompanions } from '../engine/companions/store-companions.ts';
import { explainError } from '../engine/engine-errors.ts';
import { readManifest } from '../engine/manifest-files.ts';

const STORED =
  /^(.+-\d{4}-\d{2}-\d{2}-\d{6})(?:-\d+)?\.([A-Za-z0-9][\w-]*)(\.(?:tar|img)(?:\.(?:gz|zst))?(?:\.age)?)?$/;

/**
 * Removes companions that an interrupted backup has stored and whose snapshot never came: they have the name of its
 * plan, a time since it began, and stand in no manifest. Nothing is removed where a manifest cannot be understood.
 * @returns their paths
 * @throws SnapkeepError when the folder cannot be read
 */
export async function removeOrphanCompanions(run: Run, folder: string): Promise<string[]> {
  if (run.planName === null) return [];
  const planName = run.planName;
  const from = datedName(planName, new Date(run.queuedAt));
  const mine = (dated: string): boolean => dated.startsWith(`${fileStem(planName)}-`) && dated >= from;
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const candidates = entries.flatMap((entry) => {
      const [, dated = '', name = '', ending] = STORED.exec(entry.name) ?? [];
      const fits = ending === undefined ? entry.isDirectory() : entry.isFile();
      return mine(dated) && dated.length === from.length && fits
        ? [
            {
              name,
              storedName: entry.name,
              way: ending === undefined ? ('linked-folder' as const) : ('archive' as const),
            },
          ]
        : [];
    });
    if (candidates.length === 0) return [];
    const described = await describedIn(folder, entries);
    if (described === null) return [];
    const orphans = candidates.filter(({ storedName }) => !described.has(storedName));
    await removeCompanions(folder, planName, orphans, run.id);
    return orphans.map(({ storedName }) => join(folder, storedName));
  } catch (error) {
    throw explainError(error, folder);
  }
}

/**
 * What the manifests in a folder say is theirs: all of them, for a snapshot's own name need not be like those of its
 * companions. `null` where one cannot be understood, which may name anything.
 */
async function describedIn(folder: string, entries: ReadonlyArray<{ name: string }>): Promise<Set<string> | null> {
  const described = new Set<string>();
  for (const { name } of entries) {
    if (!name.endsWith(MANIFEST_SUFFIX)) continue;
    try {
      const manifest = await readManifest(join(folder, name.slice(0, -MANIFEST_SUFFIX.length)));
      for (const { storedName } of manifest?.companions ?? []) if (storedName !== null) described.add(storedName);
    } catch (error) {
      const { code } = explainError(error, name);
      if (code !== 'CORRUPT' && code !== 'TOO_NEW') throw error;
      return null;
    }
  }
  return described;
}
