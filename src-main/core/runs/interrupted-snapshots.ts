import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { MANIFEST_SUFFIX, type Manifest } from '../../../src-shared/model/manifest.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import { listInWords } from '../../../src-shared/words/wording.ts';
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
 * Enters the snapshot that an interrupted run had finished in a folder, unverified, and removes manifests and attached
 * files of one it had not. What is not this run's is never touched: another machine may be writing it. Where several
 * manifests claim to be of one run, nobody can tell which is, and none is entered.
 * @throws SnapkeepError when the folder cannot be read
 */
export async function recoverSnapshots(
  recovering: Recovering,
  run: Run,
  folder: string,
  log: (message: string) => void,
): Promise<void> {
  const { catalog } = recovering;
  const finished: Manifest[] = [];
  for (const { manifest, path } of await manifestsOf(recovering, run, folder)) {
    if (await isWhole(path, manifest)) finished.push(manifest);
    else if (!catalog.snapshots.has(manifest.id)) {
      await rm(manifestPath(path), { force: true });
      log(`Removed incomplete file ${manifestPath(path)}.`);
    }
  }
  const unknown = finished.filter(({ id }) => !catalog.snapshots.has(id));
  for (const claims of Map.groupBy(unknown, ({ id }) => id).values()) {
    const [manifest] = claims;
    if (manifest !== undefined && claims.length === 1) enter(recovering, run, folder, manifest);
    else {
      const names = listInWords(claims.map(({ name }) => name));
      log(`Snapshot not added: ${names} have the same id. Delete the wrong ones, then rescan the destination.`);
    }
  }
  if (run.kind !== 'backup' || finished.length > 0 || catalog.snapshots.has(run.id)) return;
  for (const path of await removeOrphanAttachedFiles(run, folder)) log(`Removed ${path} of an incomplete snapshot.`);
}

function enter({ catalog, clock }: Recovering, run: Run, folder: string, manifest: Manifest): void {
  const { id: destinationId } = folderDestination(catalog, clock, folder);
  // What a safety snapshot is shown under is not the plan of the restore.
  const plan = catalog.plans.get((run.kind === 'backup' ? run.planId : manifest.plan.id) ?? '');
  const entry = { origin: 'own', destinationId, planId: plan?.id ?? null, at: clock.now().toISOString() } as const;
  catalog.transaction(() => {
    catalog.snapshots.enter(manifest, entry);
    if (run.kind === 'backup' && plan !== undefined) wantCopies(catalog, clock, plan);
  });
}

/**
 * The manifests in a folder that a run of this service has written, with the paths of the files they describe. Others
 * can read and copy the ids in manifests: a backup makes the snapshot of its own id alone, and safety snapshots lie in
 * Snapkeep's own folder.
 */
async function manifestsOf({ catalog, serviceId }: Recovering, run: Run, folder: string) {
  const found: Array<{ manifest: Manifest; path: string }> = [];
  if (run.kind !== 'backup' && catalog.destinations.byFolder(folder)?.own !== true) return found;
  for (const name of await readdir(folder)) {
    if (!name.endsWith(MANIFEST_SUFFIX)) continue;
    const path = join(folder, name.slice(0, -MANIFEST_SUFFIX.length));
    // What cannot be understood belongs to nobody that is known here.
    const manifest = await readManifest(path).catch(answerOn(['CORRUPT', 'TOO_NEW'], undefined, path));
    if (manifest === undefined || join(folder, manifest.name) !== path) continue;
    const names = manifest.service?.id === serviceId && manifest.service.runId === run.id;
    if (names && (run.kind !== 'backup' || manifest.id === run.id)) found.push({ manifest, path });
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
