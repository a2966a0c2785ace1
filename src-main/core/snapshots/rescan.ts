import { readdir } from 'node:fs/promises';
import { MANIFEST_SUFFIX, type Manifest } from '../../../src-shared/model/manifest.ts';
import type { Run, ScanOutcome } from '../../../src-shared/model/run.ts';
import { destinationLabel } from '../../../src-shared/words/destination-words.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { tellEverything } from '../catalog/changes.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import { readDescribed } from '../copies/described-snapshots.ts';
import { markMissing } from '../copies/missing-copies.ts';
import type { CoreContext } from '../core-context.ts';
import { assertStillReachable, locationOf, withDestination } from '../destinations/destination-access.ts';
import type { Destination } from '../destinations/drivers/destination.ts';
import { explainError } from '../engine/engine-errors.ts';
import { PARTIAL_SUFFIX } from '../engine/files/durable-files.ts';
import type { Clock } from '../ports.ts';
import { raiseBrake } from '../prune/prune-brakes.ts';
import { noteLostAttached } from './note-lost-attached-files.ts';

/** Queues a rescan of a destination. */
export function startRescan(core: CoreContext, destination: StoredDestination): Run {
  return core.runs.start({
    kind: 'scan',
    destinationId: destination.own ? null : destination.id,
    subject: destination.name,
    work: (handle) =>
      withDestination(core, destination, async (driver) => {
        const outcome = await rescan(core, destination, driver, handle.signal, (done, total) =>
          handle.progress('scanning', done, total),
        );
        const found = `Found ${countInWords(outcome.found, 'snapshot')} in ${outcome.folder}`;
        handle.log('info', `${found}, ${outcome.added} of them imported; ${outcome.missing} are missing.`);
        for (const problem of outcome.problems) handle.log('warning', `${problem.name}: ${problem.message}`);
        tellEverything(core);
        return { kind: 'scan', ...outcome };
      }),
  });
}

/**
 * Reads every manifest at a destination and brings the catalog in line with it: unknown snapshots are imported, those
 * whose file has gone are marked as missing, those whose attached files have gone are not verified. No manifest makes a
 * snapshot the catalog's own. Files are never changed.
 * @throws SnapkeepError when the destination cannot be read
 */
async function rescan(
  core: CoreContext,
  destination: StoredDestination,
  driver: Destination,
  signal: AbortSignal | undefined,
  onProgress: (done: number, total: number) => void,
): Promise<ScanOutcome> {
  const { catalog, clock } = core;
  const known = new Map(catalog.copies.named(destination.id).map(({ snapshotId, name }) => [snapshotId, name]));
  const { manifests, problems, names } = await readDescribed(driver, signal, onProgress);
  const outcome: ScanOutcome = {
    folder: destinationLabel(destination.settings),
    destinationId: destination.id,
    found: manifests.length,
    added: 0,
    missing: 0,
    problems: [...bareFiles(names, new Set(known.values())), ...(await unfinished(destination)), ...problems],
  };
  for (const manifest of manifests) {
    try {
      importDescribed(catalog, clock, manifest, destination);
      if (!known.has(manifest.id)) outcome.added += 1;
    } catch (error) {
      const message = explainError(error, manifest.name).message;
      outcome.problems.push({ name: manifest.name + MANIFEST_SUFFIX, message });
    }
  }
  const missing: string[] = [];
  for (const [id, name] of known) {
    // What other programs have made may lie in folders below, which are not listed here.
    if (!names.has(name) && (await driver.stat(name)) === undefined) missing.push(id);
  }
  await assertStillReachable(core, destination, driver);
  outcome.missing = missing.length;
  for (const id of missing) markMissing(core, id, destination.id);
  outcome.problems.push(...(await noteLostAttached(catalog, clock, destination, driver, names)));
  return outcome;
}

/**
 * Enters one more copy of a known snapshot, or an unknown one as imported.
 * One that the machine a plan was recovered from has made since pauses the pruning of that plan.
 * @throws SnapkeepError `CONFLICT` for another content under the id or the name of a known snapshot
 */
export function importDescribed(
  catalog: Catalog,
  clock: Clock,
  manifest: Manifest,
  destination: StoredDestination,
): void {
  const planId = shownUnder(catalog, manifest, destination.id);
  const at = clock.now().toISOString();
  const isNew = catalog.snapshots.get(manifest.id) === undefined;
  catalog.snapshots.enter(manifest, { origin: 'imported', destinationId: destination.id, planId, at });
  const { service, plan, createdAt, name } = manifest;
  const recovery = service && plan.id ? catalog.recoveries.of(service.id, plan.id) : undefined;
  // Both instants are of that machine's own clock.
  if (isNew && recovery !== undefined && createdAt > recovery.newestAt) {
    const message = `The previous machine of this plan still backs it up: ${name} was taken after the plan was recovered.`;
    raiseBrake({ catalog, clock }, recovery.planId, { kind: 'other-machine', message });
  }
}

/**
 * Returns the plan that an imported snapshot is shown under: the one its manifest names by its id, or one of the same
 * name that stores to the same destination. It counts for nothing there.
 */
function shownUnder(catalog: Catalog, { plan: { id, name } }: Manifest, destinationId: string): string | null {
  if (id !== null && catalog.plans.get(id) !== undefined) return id;
  const namesake = catalog.plans.byName(name);
  const storesHere = namesake?.destinations.some((each) => each.destinationId === destinationId) === true;
  return storesHere ? namesake.id : null;
}

const BARE = /\.(db|sqlite|sqlite3)(\.gz|\.zst)?(\.age)?$/i;
const LIST = /\.files\.json(\.age)?$/i;

function bareFiles(names: ReadonlySet<string>, known: ReadonlySet<string>): ScanOutcome['problems'] {
  return [...names]
    .filter((name) => (BARE.test(name) || LIST.test(name)) && !names.has(name + MANIFEST_SUFFIX))
    .filter((name) => !known.has(name))
    .map((name) => ({
      name,
      message: LIST.test(name)
        ? 'It has no manifest, which locates the files that it lists.'
        : 'It has no manifest. Import it with: snapkeep import --other-programs',
    }));
}

/** Incomplete files in a folder; elsewhere they cannot be listed. */
async function unfinished(destination: StoredDestination): Promise<ScanOutcome['problems']> {
  if (destination.settings.kind !== 'folder') return [];
  try {
    return (await readdir(destination.settings.path))
      .filter((name) => name.endsWith(PARTIAL_SUFFIX))
      .sort()
      .map((name) => ({ name, message: 'It is incomplete, or still being written.' }));
  } catch (error) {
    throw explainError(error, locationOf(destination, ''));
  }
}
