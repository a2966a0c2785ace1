import { readdir } from 'node:fs/promises';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { MANIFEST_SUFFIX, type Manifest } from '../../../src-shared/model/manifest.ts';
import type { Run, ScanOutcome } from '../../../src-shared/model/run.ts';
import { destinationLabel } from '../../../src-shared/rules/destination-words.ts';
import { countInWords } from '../../../src-shared/rules/wording.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { StoredDestination } from '../catalog/destination-repo.ts';
import type { CoreContext } from '../core-context.ts';
import type { Destination } from '../destinations/destination.ts';
import { PARTIAL_SUFFIX } from '../engine/durable-files.ts';
import { explainError } from '../engine/engine-errors.ts';
import { cancelledError } from '../engine/task-context.ts';
import type { Clock } from '../ports.ts';
import { locationOf, withPlace } from './places.ts';
import { readManifestAt } from './stored-manifest.ts';
import { wantCopies } from './wanted-copies.ts';

/** How many manifests are read at once. */
const AT_ONCE = 8;

/** Queues the adoption of what is at a destination; what the plans' other destinations lack is then copied to them. */
export function startAdoption(core: CoreContext, destination: StoredDestination): Run {
  const { catalog, clock, events } = core;
  return core.runs.start({
    kind: 'scan',
    destinationId: destination.own ? null : destination.id,
    subject: destination.name,
    locks: [],
    folders: [],
    work: (handle) =>
      withPlace(core, destination, async (driver) => {
        const outcome = await adopt(catalog, clock, destination, driver, handle.signal, (done, total) =>
          handle.progress('scanning', done, total),
        );
        const found = `Found ${countInWords(outcome.found, 'snapshot')} in ${outcome.folder}`;
        handle.log('info', `${found}, ${outcome.added} of them new; ${outcome.missing} are missing.`);
        for (const problem of outcome.problems) handle.log('warning', `${problem.name}: ${problem.message}`);
        const storing = catalog.plans.list().filter((plan) => storesTo(plan.destinations, destination.id));
        if (outcome.added > 0) for (const plan of storing) wantCopies(catalog, clock, plan);
        core.copier.look();
        for (const name of ['plans.changed', 'destinations.changed'] as const) events.emit(name, {});
        events.emit('snapshots.changed', { planId: null });
        return { kind: 'scan', ...outcome };
      }),
  });
}

/**
 * Reads every manifest at a destination and brings the catalog in line with it: unknown snapshots are entered, those
 * whose file has gone are marked. Files are never changed.
 * @throws SnapkeepError when the destination cannot be read
 */
export async function adopt(
  catalog: Catalog,
  clock: Clock,
  destination: StoredDestination,
  driver: Destination,
  signal: AbortSignal | undefined,
  onProgress: (done: number, total: number) => void,
): Promise<ScanOutcome> {
  const names = await listAll(driver, signal);
  const present = new Set(names);
  const manifests = names.filter((name) => name.endsWith(MANIFEST_SUFFIX));
  const known = new Map(catalog.snapshots.atDestination(destination.id).map((snapshot) => [snapshot.id, snapshot]));
  const outcome: ScanOutcome = {
    folder: destinationLabel(destination.settings),
    destinationId: destination.id,
    found: 0,
    added: 0,
    missing: 0,
    problems: [
      ...bareFiles(names, new Set([...known.values()].map(({ name }) => name))),
      ...(await unfinished(destination)),
    ],
  };
  for (let index = 0; index < manifests.length; index += AT_ONCE) {
    onProgress(index, manifests.length);
    const some = manifests.slice(index, index + AT_ONCE);
    const read = await Promise.all(some.map((name) => readDescribed(driver, name, present, signal)));
    if (signal?.aborted === true) throw cancelledError();
    for (const [at, manifest] of read.entries()) {
      try {
        if (manifest instanceof SnapkeepError) throw manifest;
        outcome.found += 1;
        refuseForgery(catalog, manifest, destination);
        if (!known.has(manifest.id)) outcome.added += 1;
        const planId = planFor(catalog, manifest, destination.id);
        const at = clock.now().toISOString();
        catalog.snapshots.enter(manifest, { origin: 'imported', destinationId: destination.id, planId, at });
      } catch (error) {
        const name = some[at] ?? '';
        outcome.problems.push({ name, message: explainError(error, name).message });
      }
    }
  }
  for (const snapshot of known.values()) {
    // What other programs have made may lie in folders below, which are not listed here.
    if (present.has(snapshot.name) || (await driver.stat(snapshot.name)) !== undefined) continue;
    outcome.missing += 1;
    markMissing(catalog, clock, snapshot.id, destination.id);
  }
  return outcome;
}

/** The copy of a snapshot at a destination is no longer there. */
export function markMissing(catalog: Catalog, clock: Clock, snapshotId: string, destinationId: string): void {
  const copy = catalog.copies.ofSnapshot(snapshotId).find((each) => each.destinationId === destinationId);
  if (copy?.state !== 'stored') return;
  catalog.copies.set({ ...copy, state: 'missing', at: clock.now().toISOString(), message: null });
}

/** The plan a snapshot belongs to here: its own, or one of the same name that stores to the same destination. */
export function planFor(catalog: Catalog, manifest: Manifest, destinationId: string): string | null {
  if (manifest.plan.id !== null && catalog.plans.get(manifest.plan.id) !== undefined) return manifest.plan.id;
  const namesake = catalog.plans.byName(manifest.plan.name);
  return namesake !== undefined && storesTo(namesake.destinations, destinationId) ? namesake.id : null;
}

const storesTo = (destinations: ReadonlyArray<{ destinationId: string }>, id: string): boolean =>
  destinations.some(({ destinationId }) => destinationId === id);

/** The names of all that is at a destination. */
export async function listAll(driver: Destination, signal: AbortSignal | undefined): Promise<string[]> {
  const names: string[] = [];
  let after: string | null = null;
  do {
    const page = await driver.list(after);
    if (signal?.aborted === true) throw cancelledError();
    for (const { name } of page.objects) names.push(name);
    after = page.next;
  } while (after !== null);
  return names;
}

/** The manifest, or why it cannot be used; a destination that goes away meanwhile ends the whole. */
async function readDescribed(
  driver: Destination,
  name: string,
  present: ReadonlySet<string>,
  signal: AbortSignal | undefined,
): Promise<Manifest | SnapkeepError> {
  const snapshotName = name.slice(0, -MANIFEST_SUFFIX.length);
  try {
    const manifest = await readManifestAt(driver, name, signal);
    if (manifest.name !== snapshotName) return renamed(manifest.name);
    if (!present.has(snapshotName)) return new SnapkeepError('NOT_FOUND', 'Its snapshot is not there.');
    return manifest;
  } catch (error) {
    const explained = explainError(error, name);
    if (explained.code === 'UNAVAILABLE' || explained.code === 'CANCELLED') throw explained;
    return explained;
  }
}

/** The copies of one snapshot are the same file; another file under its id has been tampered with. */
function refuseForgery(catalog: Catalog, manifest: Manifest, destination: StoredDestination): void {
  const known = catalog.snapshots.get(manifest.id);
  if (known === undefined || known.sha256 === manifest.stored.sha256) return;
  const elsewhere = known.copies.find(
    ({ state, destinationId }) => state === 'stored' && destinationId !== destination.id,
  );
  if (elsewhere === undefined) return;
  throw new SnapkeepError(
    'CONFLICT',
    `It describes another content than the same snapshot at ${elsewhere.destinationName} has.`,
  );
}

const BARE = /\.(db|sqlite|sqlite3)(\.gz|\.zst)?(\.age)?$/i;
const LIST = /\.files\.json(\.age)?$/i;

function bareFiles(names: readonly string[], known: ReadonlySet<string>): ScanOutcome['problems'] {
  const all = new Set(names);
  return names
    .filter((name) => (BARE.test(name) || LIST.test(name)) && !all.has(name + MANIFEST_SUFFIX))
    .filter((name) => !known.has(name))
    .map((name) => ({
      name,
      message: LIST.test(name)
        ? 'It has no manifest, which says where the files are that it lists.'
        : 'It has no manifest; enter it with: snapkeep adopt --foreign',
    }));
}

/** What is in the making in a folder; elsewhere it cannot be seen. */
async function unfinished(destination: StoredDestination): Promise<ScanOutcome['problems']> {
  if (destination.settings.kind !== 'folder') return [];
  try {
    return (await readdir(destination.settings.path))
      .filter((name) => name.endsWith(PARTIAL_SUFFIX))
      .sort()
      .map((name) => ({ name, message: 'It was never finished, or is being written right now.' }));
  } catch (error) {
    throw explainError(error, locationOf(destination, ''));
  }
}

const renamed = (name: string): SnapkeepError =>
  new SnapkeepError('CONFLICT', `It describes ${name}: the file has been renamed.`);
