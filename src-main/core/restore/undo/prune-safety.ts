import { lstat, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RestoredFiles } from '../../../../src-shared/model/restore/restore-files.ts';
import { replacedFiles } from '../../../../src-shared/model/run.ts';
import { type KeptContent, safetyToRemove } from '../../../../src-shared/retention/safety-retention.ts';
import type { CoreContext } from '../../core-context.ts';
import { discardUndoRecord } from '../../engine/attached-files/folder/folder-swap.ts';
import { errorCode } from '../../engine/engine-errors.ts';
import { discardSafety } from './discard-safety.ts';

/** Something kept, and what removes it. */
interface Removable extends Omit<KeptContent, 'ageMs'> {
  remove(): Promise<void>;
}

/** Removes the safety snapshots and kept folders of restores that their one rule no longer keeps. */
export async function pruneSafetySnapshots(core: CoreContext): Promise<void> {
  const [snapshots, folders] = [safetySnapshots(core), await keptFolders(core)];
  const ids = [...snapshots, ...folders].map(({ id }) => id);
  const ages = core.catalog.safetyAges.countOn(ids, core.clock.now().getTime());
  const withAge = (each: Removable) => ({ ...each, ageMs: ages.get(each.id) ?? 0 });
  const kept = newestFirst(snapshots.map(withAge), folders.map(withAge));
  const gone = safetyToRemove(kept, core.catalog.settings.get());
  for (const each of kept) {
    // An undo that waits needs it, too.
    if (gone.has(each.id) && !core.runs.isWanted(each.targetPath)) await each.remove();
  }
  core.events.emit('snapshots.changed', { planId: null });
}

/** Joins two lists by their ages; each stays in its own order, which no clock has changed. */
function newestFirst<T extends KeptContent>(one: readonly T[], other: readonly T[]): T[] {
  const joined: T[] = [];
  let [left, right] = [0, 0];
  for (;;) {
    const [a, b] = [one[left], other[right]];
    if (a === undefined && b === undefined) return joined;
    if (a !== undefined && (b === undefined || a.ageMs <= b.ageMs)) {
      joined.push(a);
      left += 1;
    } else if (b !== undefined) {
      joined.push(b);
      right += 1;
    }
  }
}

function safetySnapshots(core: CoreContext): Removable[] {
  const { safetyFolder } = core.dataFolder;
  const safety = core.catalog.destinations.byFolder(safetyFolder);
  if (safety === undefined) return [];
  return core.catalog.snapshots
    .atDestination(safety.id)
    .filter(({ trigger, path }) => trigger === 'before-restore' && path !== null && dirname(path) === safetyFolder)
    .sort((a, b) => b.order - a.order)
    .map(({ id, name, sourcePath, sizeBytes }) => ({
      id,
      targetPath: sourcePath,
      bytes: sizeBytes,
      remove: async () => {
        core.catalog.snapshots.remove(id);
        await discardSafety(safetyFolder, name);
      },
    }));
}

/** Newest first, as runs are listed. */
async function keptFolders(core: CoreContext): Promise<Removable[]> {
  const kept: Removable[] = [];
  for (const run of core.catalog.runs.list({ kinds: ['restore', 'undo'], limit: 100_000 })) {
    for (const each of replacedFiles(run.result)) {
      if (each.keptPath === null || run.finishedAt === null) continue;
      const bytes = await sizeOf(each.keptPath);
      if (bytes === null) continue;
      const remove = () => removeFolder(core, run.id, each);
      kept.push({ id: each.keptPath, targetPath: each.targetPath, bytes, remove });
    }
  }
  return kept;
}

/** What is removed can no longer be put back, and its run says so first. */
async function removeFolder(core: CoreContext, runId: string, { targetPath, keptPath }: RestoredFiles): Promise<void> {
  const { result } = core.runs.get(runId);
  if (result === null || !('undoneBy' in result) || !('files' in result)) return;
  const files = result.files.map((each) =>
    each.keptPath === keptPath ? { ...each, keptPath: null, undoable: false } : each,
  );
  core.runs.amend(runId, { ...result, files });
  await discardUndoRecord({ targetPath, keptPath });
}

/** What a file, or a folder with all that is in it, shows; `null`: it is gone. */
async function sizeOf(path: string): Promise<number | null> {
  try {
    const info = await lstat(path);
    if (!info.isDirectory()) return info.size;
    const sizes = await Promise.all((await readdir(path)).map((name) => sizeOf(join(path, name))));
    return sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes(errorCode(error) ?? '')) return null;
    throw error;
  }
}
