import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { MANIFEST_SUFFIX, type Manifest } from '../../../src-shared/model/manifest.ts';
import type { ScanOutcome } from '../../../src-shared/model/run.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { exists, PARTIAL_SUFFIX } from '../engine/durable-files.ts';
import { explainError } from '../engine/engine-errors.ts';
import { parseManifest } from '../engine/manifest-files.ts';

/**
 * Reads every manifest in a folder and brings the catalog in line with it: unknown snapshots are entered, those whose
 * file has gone are marked. Files are never changed.
 * @throws SnapkeepError when the folder cannot be read
 */
export async function scanFolder(
  catalog: Catalog,
  folder: string,
  onProgress: (done: number, total: number) => void,
): Promise<ScanOutcome> {
  const names = await listFolder(folder);
  const present = new Set(names);
  const manifests = names.filter((name) => name.endsWith(MANIFEST_SUFFIX));
  const known = new Map(catalog.snapshots.inFolder(folder).map((snapshot) => [snapshot.id, snapshot]));
  const outcome: ScanOutcome = { folder, found: 0, added: 0, missing: 0, problems: bareFiles(names) };
  for (const [index, name] of manifests.entries()) {
    onProgress(index, manifests.length);
    const snapshotName = name.slice(0, -MANIFEST_SUFFIX.length);
    try {
      const manifest = parseManifest(await readFile(join(folder, name), 'utf8'), join(folder, name));
      if (manifest.name !== snapshotName) throw renamed(manifest.name);
      if (!present.has(snapshotName)) throw new SnapkeepError('NOT_FOUND', 'Its snapshot is not there.');
      outcome.found += 1;
      await refuseCopy(catalog, manifest, folder);
      if (!known.has(manifest.id)) outcome.added += 1;
      catalog.snapshots.saveManifest(manifest, folder, planFor(catalog, manifest, folder));
    } catch (error) {
      outcome.problems.push({ name, message: explainError(error, name).message });
    }
  }
  for (const snapshot of known.values()) {
    const missing = !present.has(snapshot.name);
    if (missing) outcome.missing += 1;
    if (missing !== snapshot.missing) catalog.snapshots.setMissing(snapshot.id, missing);
  }
  return outcome;
}

/** A copy of a snapshot takes its place only where the snapshot has gone. */
async function refuseCopy(catalog: Catalog, manifest: Manifest, folder: string): Promise<void> {
  const known = catalog.snapshots.get(manifest.id)?.path;
  if (known === undefined || known === join(folder, manifest.name) || !(await exists(known))) return;
  throw new SnapkeepError('CONFLICT', `It is a copy of ${known}, which is in the list already.`);
}

/** The plan a snapshot belongs to here: its own, or one of the same name that stores into the same folder. */
export function planFor(catalog: Catalog, manifest: Manifest, folder: string): string | null {
  if (manifest.plan.id !== null && catalog.plans.get(manifest.plan.id) !== undefined) return manifest.plan.id;
  const namesake = catalog.plans.byName(manifest.plan.name);
  return namesake?.destination.path === folder ? namesake.id : null;
}

async function listFolder(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    throw explainError(error, folder);
  }
}

function bareFiles(names: readonly string[]): ScanOutcome['problems'] {
  const all = new Set(names);
  return names
    .filter((name) => /\.(db|sqlite|sqlite3)(\.gz|\.zst)?$/i.test(name) && !all.has(name + MANIFEST_SUFFIX))
    .map((name) => ({ name, message: 'It has no manifest; drop it on the window to look into it.' }))
    .concat(
      names
        .filter((name) => name.endsWith(PARTIAL_SUFFIX))
        .map((name) => ({ name, message: 'It was never finished, or is being written right now.' })),
    );
}

const renamed = (name: string): SnapkeepError =>
  new SnapkeepError('CONFLICT', `It describes ${name}: the file has been renamed.`);
