import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run } from '../../../src-shared/model/run.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Leftovers } from '../catalog/repos/run-repo.ts';
import { type Checking, requireFolderThere } from '../destinations/destination-access.ts';
import { uploadIn } from '../destinations/drivers/destination.ts';
import { explainError } from '../engine/engine-errors.ts';
import { PARTIAL_SUFFIX } from '../engine/files/durable-files.ts';
import { removeTree } from '../engine/files/remove-tree.ts';
import type { Clock } from '../ports.ts';
import { type Recovering, recoverSnapshots } from './interrupted-snapshots.ts';
import { hintAfterInterruption } from './interruption.ts';
import { endedRun, newRun } from './new-run.ts';

/**
 * Ends the runs that a crash left unfinished, and removes their staging: all that is local. What they left in other
 * folders stays noted in the catalog. Called once, before anything runs.
 */
export async function endInterruptedRuns(catalog: Catalog, clock: Clock, stagingFolder: string): Promise<void> {
  // Not the folder itself: it may be a link, or a mount point.
  for (const name of await readdir(stagingFolder))
    await rm(join(stagingFolder, name), { recursive: true, force: true });
  for (const { run, leftovers } of catalog.runs.unfinished()) {
    if (run.state !== 'queued' && run.state !== 'running') continue;
    const at = clock.now().toISOString();
    catalog.runs.addLog(run.id, { at, level: 'warning', message: 'Snapkeep ended during this run.' });
    catalog.runs.save(
      interrupt(run, leftovers?.replacement != null, clock),
      (leftovers?.folders.length ?? 0) > 0 ? leftovers : null,
    );
  }
  catalog.copies.restartCopying();
}

function interrupt(run: Run, pending: boolean, clock: Clock): Run {
  return {
    ...run,
    state: 'interrupted',
    finishedAt: clock.now().toISOString(),
    waitingFor: null,
    error: {
      code: 'INTERNAL',
      message: 'Snapkeep ended during this run.',
      hint: hintAfterInterruption(run.result, pending),
      retryable: true,
    },
  };
}

/**
 * Removes what a run has left behind whose worker process was killed or died, and enters what it had finished.
 * @returns whether all of it could be looked at; a share that is unavailable is tried again later
 */
export async function removeLeftovers(
  recovering: Recovering & Checking,
  run: Run,
  leftovers: Leftovers,
  log: (message: string) => void,
): Promise<boolean> {
  let all = true;
  for (const folder of leftovers.folders) {
    try {
      await requireFolderThere(recovering, folder);
      await removeLeftoversIn(recovering, run, folder, log);
    } catch (error) {
      log(`${explainError(error, folder).message} The clean-up will be retried.`);
      all = false;
    }
  }
  return all;
}

/**
 * Removes what a run has left behind in one folder, and enters what it had finished there.
 * @throws SnapkeepError when the folder cannot be read
 */
export async function removeLeftoversIn(
  recovering: Recovering,
  run: Run,
  folder: string,
  log: (message: string) => void,
): Promise<void> {
  try {
    await cleanFolder(run, folder, log);
    await recoverSnapshots(recovering, run, folder, log);
  } catch (error) {
    const explained = explainError(error, folder);
    if (explained.code !== 'NOT_FOUND' || run.kind === 'backup') throw explained;
  }
}

async function cleanFolder(run: Run, folder: string, log: (message: string) => void): Promise<void> {
  const own = `.${run.id.slice(0, 8)}${PARTIAL_SUFFIX}`;
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (name.endsWith(own)) {
      await removeTree(path);
      log(`Removed incomplete file ${path}.`);
    }
  }
}

/**
 * Removes from a folder incomplete files of runs that this catalog knows to have ended. Those of others are never
 * touched.
 */
export async function removeStrays({ catalog, clock }: Omit<Recovering, 'serviceId'>, folder: string): Promise<void> {
  const removed: string[] = [];
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const tag = uploadIn(name)?.tag;
    if (tag == null || !catalog.runs.hasEnded(tag)) continue;
    // Incomplete folders are hidden; any other of such a name belongs to another program.
    if (!name.startsWith('.') && (await lstat(path)).isDirectory()) continue;
    await removeTree(path);
    removed.push(path);
  }
  if (removed.length > 0) recordCleanup(catalog, removed, clock);
}

function recordCleanup(catalog: Catalog, removed: readonly string[], clock: Clock): void {
  const now = clock.now().toISOString();
  const run = endedRun(newRun({ kind: 'cleanup', subject: 'unfinished files' }, now), undefined, now);
  catalog.runs.save({ ...run, startedAt: now }, null);
  for (const path of removed)
    catalog.runs.addLog(run.id, { at: now, level: 'info', message: `Removed incomplete file ${path}.` });
}
