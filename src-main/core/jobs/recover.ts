import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Run } from '../../../src-shared/model/run.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { Leftovers } from '../catalog/run-repo.ts';
import { uploadIn } from '../destinations/destination.ts';
import { removeTree } from '../engine/companions/folder-snapshots.ts';
import { recoverSwap } from '../engine/companions/folder-swap.ts';
import { PARTIAL_SUFFIX } from '../engine/durable-files.ts';
import { errorCode, explainError } from '../engine/engine-errors.ts';
import type { Clock } from '../ports.ts';
import { hintAfterInterruption } from './interruption.ts';
import { foldersOf } from './places.ts';
import { type Recovering, recoverSnapshots } from './recover-snapshots.ts';

/**
 * Ends the runs that a crash left unfinished, removes what they left behind, enters what they had finished, and says
 * all of it in their logs. Called once, before anything runs.
 */
export async function recoverRuns(recovering: Recovering, stagingFolder: string): Promise<void> {
  const { catalog, clock } = recovering;
  await rm(stagingFolder, { recursive: true, force: true });
  for (const { run, leftovers } of catalog.runs.unfinished()) {
    const ended = run.state === 'queued' || run.state === 'running' ? interrupt(run, clock) : run;
    const log = (message: string): void =>
      catalog.runs.addLog(run.id, { at: clock.now().toISOString(), level: 'warning', message });
    if (ended !== run) log('Snapkeep ended while this was going on.');
    const cleaned = leftovers === null || (await removeLeftovers(recovering, run, leftovers, log));
    catalog.runs.save(ended, cleaned ? null : leftovers);
  }
  catalog.copies.restartCopying();
  await removeStrays(catalog, clock);
}

function interrupt(run: Run, clock: Clock): Run {
  return {
    ...run,
    state: 'interrupted',
    finishedAt: clock.now().toISOString(),
    waitingFor: null,
    error: {
      code: 'INTERNAL',
      message: 'Snapkeep ended while this was going on.',
      hint: hintAfterInterruption(run.result),
      retryable: true,
    },
  };
}

/**
 * Removes what a run has left behind whose worker process was killed or died, and enters what it had finished.
 * @returns whether all of it could be looked at; a share that is unavailable is tried again at the next start
 */
export async function removeLeftovers(
  recovering: Recovering,
  run: Run,
  leftovers: Leftovers,
  log: (message: string) => void,
): Promise<boolean> {
  let all = true;
  for (const folder of leftovers.folders) {
    try {
      await cleanFolder(run, folder, log);
      await recoverSnapshots(recovering, run, folder, log);
    } catch (error) {
      const explained = explainError(error, folder);
      if (explained.code === 'NOT_FOUND' && run.kind !== 'backup') continue;
      log(`${explained.message} It will be cleaned at a later start.`);
      all = false;
    }
  }
  return all;
}

async function cleanFolder(run: Run, folder: string, log: (message: string) => void): Promise<void> {
  const own = `.${run.id.slice(0, 8)}${PARTIAL_SUFFIX}`;
  for (const name of await readdir(folder)) await recoverKept(run, folder, name, log);
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    if (name.endsWith(own)) {
      await removeTree(path);
      log(`Removed ${path}, which was never finished.`);
    }
  }
}

/** A restore of files had moved away what was there: it goes back where nothing has come in its place. */
async function recoverKept(run: Run, folder: string, name: string, log: (message: string) => void): Promise<void> {
  const target = name.startsWith('.') && name.endsWith(`.${run.id.slice(0, 8)}.kept`) ? name.slice(1, -14) : '';
  if (target === '') return;
  const path = join(folder, target);
  if (await recoverSwap(path, run.id)) log(`Put ${path} back, which was being exchanged.`);
  else log(`What was at ${path} before is kept in ${join(folder, name)}.`);
}

/** Removes files in the making of runs that this catalog knows to have ended. Those of others are never touched. */
async function removeStrays(catalog: Catalog, clock: Clock): Promise<void> {
  const folders = foldersOf(catalog, catalog.plans.list());
  const removed: string[] = [];
  for (const folder of folders) {
    for (const path of await strayPartials(catalog, folder)) {
      await removeTree(path);
      removed.push(path);
    }
  }
  if (removed.length > 0) recordCleanup(catalog, removed, clock);
}

async function strayPartials(catalog: Catalog, folder: string): Promise<string[]> {
  try {
    const strays: string[] = [];
    for (const name of await readdir(folder)) {
      const tag = uploadIn(name)?.tag;
      if (tag == null || !catalog.runs.hasEnded(tag)) continue;
      // Folders in the making are hidden; any other of such a name is somebody's own.
      if (name.startsWith('.') || !(await lstat(join(folder, name))).isDirectory()) strays.push(join(folder, name));
    }
    return strays;
  } catch (error) {
    // A destination that is unavailable now is looked at again at the next start.
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EIO', 'ESTALE', 'EHOSTDOWN'].includes(errorCode(error) ?? '')) return [];
    throw error;
  }
}

function recordCleanup(catalog: Catalog, removed: readonly string[], clock: Clock): void {
  const now = clock.now().toISOString();
  const run: Run = {
    id: crypto.randomUUID(),
    kind: 'cleanup',
    state: 'succeeded',
    planId: null,
    planName: null,
    snapshotId: null,
    subject: 'unfinished files',
    progress: { phase: 'done', done: 0, total: null, rate: null },
    waitingFor: null,
    cancelRequested: false,
    queuedAt: now,
    startedAt: now,
    finishedAt: now,
    destinationId: null,
    error: null,
    result: null,
    slot: null,
  };
  catalog.runs.save(run, null);
  for (const path of removed)
    catalog.runs.addLog(run.id, { at: now, level: 'info', message: `Removed ${path}, which was never finished.` });
}
