import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST_SUFFIX, type Manifest } from '../../../src-shared/model/manifest.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { removeOrphanAttachedFiles } from '../copies/orphan-attached-files.ts';
import { wantCopies } from '../copies/wanted-copies.ts';
import { folderDestination } from '../destinations/destination-access.ts';
import { answerOn, errorCode, explainError } from '../engine/engine-errors.ts';
import { manifestPath, readManifest } from '../engine/files/manifest-files.ts';
import type { Clock } from '../ports.ts';

/** The catalog that recovers, and the service whose runs are its own. */
export interface Recovering {
  catalog: Catalog;
  clock: Clock;
  serviceId: string;
}

/**
 * Enters the snapshots that an interrupted run had finished in a folder, and removes manifests and attached files of
 * those it had not. What does not name this service and this run is never touched: another machine may be writing it.
 * @throws SnapkeepError when the folder cannot be read
 */
export async function recoverSnapshots(
  recovering: Recovering,
  run: Run,
  folder: string,
  log: (message: string) => void,
): Promise<void> {
  const { catalog } = recovering;
  let isFinished = false;
  for (const { manifest, path } of await manifestsOf(recovering, run, folder)) {
    if (await isWhole(path, manifest)) {
      isFinished ||= manifest.id === run.id;
      enter(recovering, run, folder, manifest);
    } else if (catalog.snapshots.get(manifest.id) === undefined) {
      await rm(manifestPath(path), { force: true });
      log(`Removed incomplete file ${manifestPath(path)}.`);
    }
  }
  if (run.kind !== 'backup' || isFinished || catalog.snapshots.get(run.id) !== undefined) return;
  for (const path of await removeOrphanAttachedFiles(run, folder)) log(`Removed ${path} of an incomplete snapshot.`);
}

function enter({ catalog, clock }: Recovering, run: Run, folder: string, manifest: Manifest): void {
  if (catalog.snapshots.get(manifest.id) !== undefined) return;
  const { id: destinationId } = folderDestination(catalog, clock, folder);
  const plan = manifest.plan.id === null ? undefined : catalog.plans.get(manifest.plan.id);
  const entry = { origin: 'own', destinationId, planId: plan?.id ?? null, at: clock.now().toISOString() } as const;
  catalog.transaction(() => {
    catalog.snapshots.enter(manifest, entry);
    if (run.kind === 'backup' && plan !== undefined) wantCopies(catalog, clock, plan);
  });
}

/** The manifests in a folder that a run of this service has written, with the paths of the files they describe. */
async function manifestsOf({ serviceId }: Recovering, run: Run, folder: string) {
  const found: Array<{ manifest: Manifest; path: string }> = [];
  for (const name of await readdir(folder)) {
    if (!name.endsWith(MANIFEST_SUFFIX)) continue;
    const path = join(folder, name.slice(0, -MANIFEST_SUFFIX.length));
    // What cannot be understood belongs to nobody that is known here.
    const manifest = await readManifest(path).catch(answerOn(['CORRUPT', 'TOO_NEW'], undefined, path));
    const isOwn = manifest?.service?.id === serviceId && manifest.service.runId === run.id;
    if (manifest !== undefined && isOwn && join(folder, manifest.name) === path) found.push({ manifest, path });
  }
  return found;
}

/** Whether the file exists: it gets its name when all of it is written and synced. */
async function isWhole(path: string, { stored }: Manifest): Promise<boolean> {
  try {
    return (await stat(path)).size === stored.bytes;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw explainError(error, path);
  }
}
