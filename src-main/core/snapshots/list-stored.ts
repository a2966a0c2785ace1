import { Readable } from 'node:stream';
import { MANIFEST_SUFFIX } from '../../../src-shared/model/manifest.ts';
import type { ScanOutcome } from '../../../src-shared/model/run.ts';
import { classifyFailure } from '../../../src-shared/rules/failures.ts';
import { tellDestinations } from '../catalog/changes.ts';
import type { NamedCopy } from '../catalog/repos/copy-repo.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import { readManifests } from '../copies/described-snapshots.ts';
import { markMissing, markReturned } from '../copies/missing-copies.ts';
import { assertStillReachable, type Checking } from '../destinations/destination-access.ts';
import type { Destination, StoredObject } from '../destinations/drivers/destination.ts';
import { explainError } from '../engine/engine-errors.ts';
import { manifestPath, manifestText } from '../engine/files/manifest-files.ts';
import { importDescribed, takenSinceRecovery } from './import-described.ts';
import { listingFinding } from './listing-finding.ts';
import { noteLostAttached } from './note-lost-attached-files.ts';

/** How many pages are listed at most: what follows them is checked by name. */
const MOST_PAGES = 200;
/** How many names are checked one by one at most. */
const MOST_CHECKS = 500;
/** How many unknown manifests are read at most. */
const MOST_UNKNOWN = 100;

/** What a list of a destination shows of the snapshots that are known there. */
export type StoredFindings = Pick<ScanOutcome, 'missing' | 'problems'>;

/**
 * Lists a destination and brings the catalog in line with it: what is not stored there any more is missing, what has
 * come back is stored, a copy of another size or without its attached files is not valid, and one without its manifest
 * is not verified. A missing manifest is written again; no other file is changed, and no snapshot is read. A snapshot
 * that the previous machine of a recovered plan has taken since pauses the pruning of that plan.
 * @throws SnapkeepError as the driver does
 */
export async function listStored(
  core: Checking,
  destination: StoredDestination,
  driver: Destination,
): Promise<StoredFindings> {
  const { catalog, clock, events } = core;
  const { id } = destination;
  // Before the list: whatever is known to be stored now must be in it.
  const known = catalog.copies.named(id);
  const listing = await Listing.of(driver);
  const { missing, returned, resized, undescribed } = await compare(known, listing);
  await assertStillReachable(core, destination, driver);
  for (const { snapshotId } of missing) markMissing(core, snapshotId, id);
  for (const { snapshotId } of returned) markReturned(core, snapshotId, id);
  const problems: ScanOutcome['problems'] = [];
  for (const { copy, bytes } of resized) {
    const message = `The stored file has ${bytes} bytes instead of ${copy.sizeBytes}.`;
    problems.push({ name: copy.name, message });
    if (copy.valid !== false)
      catalog.snapshots.addVerification(copy.snapshotId, id, listingFinding('stored-hash', 'failed', message, clock));
  }
  for (const copy of undescribed) problems.push(await describeAgain(core, destination, driver, copy));
  // What comes behind the last page that was read has not gone.
  if (listing.isWhole) problems.push(...(await noteLostAttached(catalog, clock, destination, driver, listing.names)));
  const found = await noticeOtherMachines(core, destination, driver, known, listing);
  catalog.destinations.setListed(id, clock.now().toISOString());
  if (missing.length + returned.length + problems.length + found > 0) {
    events.emit('snapshots.changed', { planId: null });
    tellDestinations(core, [id]);
  }
  return { missing: missing.length, problems };
}

/** The files at a destination. */
class Listing {
  readonly objects: ReadonlyMap<string, StoredObject>;
  /** `false`: there are more. */
  readonly isWhole: boolean;
  readonly #driver: Destination;
  #checks = 0;

  private constructor(driver: Destination, objects: ReadonlyMap<string, StoredObject>, isWhole: boolean) {
    this.#driver = driver;
    this.objects = objects;
    this.isWhole = isWhole;
  }

  static async of(driver: Destination): Promise<Listing> {
    const objects = new Map<string, StoredObject>();
    let after: string | null = null;
    for (let page = 0; page < MOST_PAGES; page++) {
      const listed = await driver.list(after);
      for (const object of listed.objects) objects.set(object.name, object);
      after = listed.next;
      if (after === null) break;
    }
    return new Listing(driver, objects, after === null);
  }

  get names(): ReadonlySet<string> {
    return new Set(this.objects.keys());
  }

  /** Returns a file; `undefined`: it is not there, `unknown`: that is not known. */
  async find(name: string): Promise<StoredObject | undefined | 'unknown'> {
    const listed = this.objects.get(name);
    if (listed !== undefined) return listed;
    if (this.#checks < MOST_CHECKS) {
      this.#checks += 1;
      return this.#driver.stat(name);
    }
    // Lists leave out folders below, and what comes behind the last page that was read.
    return this.isWhole && !name.includes('/') ? undefined : 'unknown';
  }
}

/** What is not as the catalog knows it. */
async function compare(known: readonly NamedCopy[], listing: Listing) {
  const missing: NamedCopy[] = [];
  const returned: NamedCopy[] = [];
  const resized: Array<{ copy: NamedCopy; bytes: number }> = [];
  const undescribed: NamedCopy[] = [];
  for (const copy of known) {
    const { name, sizeBytes, state } = copy;
    const there = state === 'missing' ? listing.objects.get(name) : await listing.find(name);
    if (there === 'unknown') continue;
    if (there === undefined) missing.push(copy);
    else if (state === 'missing') (there.bytes === sizeBytes ? returned : missing).push(copy);
    else if (there.bytes !== sizeBytes) resized.push({ copy, bytes: there.bytes });
    else if (copy.isDescribed && (await listing.find(manifestPath(name))) === undefined) undescribed.push(copy);
  }
  return { missing, returned, resized, undescribed };
}

/** Writes the manifest of a known snapshot again where it is missing, and has the snapshot verified. */
async function describeAgain(
  { catalog, clock }: Checking,
  { id, markerId }: StoredDestination,
  driver: Destination,
  { snapshotId, name, valid }: NamedCopy,
): Promise<ScanOutcome['problems'][number]> {
  const manifest = catalog.snapshots.manifestAt(snapshotId, id);
  let message = 'The manifest is missing.';
  let isWritten = false;
  if (markerId !== null && manifest !== undefined) {
    const text = Buffer.from(manifestText(manifest));
    try {
      await driver.put(manifestPath(name), { bytes: text.length, open: () => Readable.from([text]) });
      isWritten = true;
      message = 'The manifest was missing and was written again. Verify this snapshot.';
    } catch (error) {
      const explained = explainError(error, manifestPath(name));
      if (classifyFailure(explained.code) === 'unavailable') throw explained;
      message = `The manifest is missing and cannot be written again. ${explained.message}`;
    }
  }
  if (isWritten || valid === true)
    catalog.snapshots.addVerification(snapshotId, id, listingFinding('manifest', 'warning', message, clock));
  return { name, message };
}

/** Imports what the previous machines of recovered plans have taken since. @returns how many snapshots */
async function noticeOtherMachines(
  { catalog, clock }: Checking,
  destination: StoredDestination,
  driver: Destination,
  known: readonly NamedCopy[],
  { objects }: Listing,
): Promise<number> {
  if (!catalog.recoveries.isAnyAt(destination.id)) return 0;
  const described = new Set(known.map(({ name }) => manifestPath(name)));
  const newest = [...objects.values()]
    .filter(({ name }) => name.endsWith(MANIFEST_SUFFIX) && !described.has(name))
    .sort((one, other) => other.modifiedAt.getTime() - one.modifiedAt.getTime())
    .slice(0, MOST_UNKNOWN)
    .map(({ name }) => name);
  const { manifests } = await readManifests(driver, newest, objects, undefined);
  const found = manifests.filter(
    (manifest) => !catalog.snapshots.has(manifest.id) && takenSinceRecovery(catalog, manifest) !== undefined,
  );
  for (const manifest of found) importDescribed(catalog, clock, manifest, destination);
  return found.length;
}
