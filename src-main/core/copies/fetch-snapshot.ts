import { constants } from 'node:fs';
import { copyFile, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { Snapshot } from '../../../src-shared/model/snapshot.ts';
import { tellDestinations } from '../catalog/changes.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import type { CoreContext } from '../core-context.ts';
import { assertStillReachable, locationOf, withDestination } from '../destinations/destination-access.ts';
import type { Destination } from '../destinations/drivers/destination.ts';
import { errorCode, explainError } from '../engine/engine-errors.ts';
import { requireRoom } from '../engine/files/disk-full.ts';
import { manifestPath, manifestText } from '../engine/files/manifest-files.ts';
import type { RunHandle } from '../runs/run-work.ts';
import { download } from './download.ts';
import { markMissing } from './missing-copies.ts';
import { readManifestAt } from './stored-manifest.ts';

/** A destination with what the file of a snapshot is called there. */
export type CopyPlace = StoredDestination & { readonly fileName: string };

/** A snapshot and where it can be had, the nearest first. */
export interface StoredSnapshot {
  readonly snapshot: Pick<Snapshot, 'id' | 'name' | 'planId' | 'planName' | 'sizeBytes' | 'sha256'>;
  readonly destinations: readonly CopyPlace[];
}

/** A copy of a snapshot that can be read on this machine. */
export interface FetchedCopy {
  readonly path: string;
  readonly destination: StoredDestination;
  /** Where it came from, for people. */
  readonly location: string;
  /** Its manifest in the catalog, as it is to be there: what is read is compared with this one. */
  readonly expected: Manifest;
}

/**
 * Where a snapshot can be had: folders first, then in the order of its plan; what is missing only when nothing else is left.
 * @param destinationId this destination and no other
 * @throws SnapkeepError `NOT_FOUND` when it is nowhere, or not there
 */
export function storedDestinations(core: CoreContext, snapshot: Snapshot, destinationId?: string): StoredSnapshot {
  const order = snapshot.copies.map((copy) => copy.destinationId);
  const copies = core.catalog.copies
    .ofSnapshot(snapshot.id)
    .filter((copy) => destinationId === undefined || copy.destinationId === destinationId);
  const inState = (state: string): CopyPlace[] =>
    copies
      .filter((copy) => copy.state === state)
      .map((copy) => core.catalog.destinations.get(copy.destinationId))
      .filter((destination) => destination !== undefined)
      .map((destination) => ({ ...destination, fileName: core.catalog.copies.nameOf(snapshot, destination.id) }))
      .sort((one, other) => distance(one, order) - distance(other, order));
  const stored = inState('stored');
  const destinations = stored.length > 0 ? stored : inState('missing');
  if (destinations.length > 0) return { snapshot, destinations };
  const where = destinationId === undefined ? 'at none of its destinations' : 'not at this destination';
  throw new SnapkeepError('NOT_FOUND', `${snapshot.name} is ${where}.`, {
    hint: 'Choose another snapshot, or rescan its destinations.',
  });
}

function distance({ id, own, settings }: StoredDestination, order: readonly string[]): number {
  const near = settings.kind === 'folder' ? 0 : 1000;
  const position = order.indexOf(id);
  return near + (own || position < 0 ? 500 : position);
}

/** What the runs that read a stored snapshot have in common: what they are about, what they lock, where they write. */
export function readingOf(stored: StoredSnapshot) {
  const { id, name, planId, planName } = stored.snapshot;
  return { planId, planName, snapshotId: id, subject: name, locks: locksOf(stored) };
}

/** What a run that reads a stored snapshot locks. */
export function locksOf({ destinations }: StoredSnapshot): string[] {
  return destinations.map((destination) => locationOf(destination, destination.fileName));
}

/** Whether attached files are fetched too. Where nothing has to be fetched, they lie beside the snapshot anyhow. */
export type Wanted = 'database' | 'everything';

/**
 * Gets a snapshot to where it can be read: a folder's copy is read where it is, any other is fetched with its manifest
 * into the staging folder of the run. Destinations are asked in turn.
 * @throws SnapkeepError of the last destination
 */
export async function fetchSnapshot(
  core: CoreContext,
  stored: StoredSnapshot,
  handle: RunHandle,
  wanted: Wanted = 'database',
): Promise<FetchedCopy> {
  for (const [index, destination] of stored.destinations.entries()) {
    try {
      const path = await fetchFrom(core, stored.snapshot, destination, handle, wanted);
      const expected = core.catalog.snapshots.manifestAt(stored.snapshot.id, destination.id);
      if (expected === undefined) continue;
      return { path, destination, location: locationOf(destination, destination.fileName), expected };
    } catch (error) {
      const explained = explainError(error, locationOf(destination, destination.fileName));
      if (index === stored.destinations.length - 1 || explained.code === 'CANCELLED') throw explained;
      handle.log('warning', `${explained.message} Trying the next destination.`);
    }
  }
  throw new SnapkeepError('NOT_FOUND', `${stored.snapshot.name} is at none of its destinations.`, {
    hint: 'Choose another snapshot.',
  });
}

async function fetchFrom(
  core: CoreContext,
  snapshot: StoredSnapshot['snapshot'],
  destination: CopyPlace,
  handle: RunHandle,
  wanted: Wanted,
): Promise<string> {
  const name = destination.fileName;
  return withDestination(core, destination, async (driver) => {
    const there = await driver.stat(name);
    if (there === undefined) {
      await assertStillReachable(core, destination, driver);
      markMissing(core, snapshot.id, destination.id);
      core.events.emit('snapshots.changed', { planId: snapshot.planId });
      tellDestinations(core, [destination.id]);
      throw new SnapkeepError('NOT_FOUND', `File not found: ${locationOf(destination, name)}.`, {
        hint: 'It may have been moved, renamed or deleted. Choose another snapshot.',
      });
    }
    const known = core.catalog.snapshots.manifest(snapshot.id);
    const imported = known?.service === null ? known : undefined;
    const local = destination.settings.kind === 'folder' ? locationOf(destination, name) : null;
    if (local !== null && imported === undefined) return local;
    const folder = join(handle.stagingFolder, 'fetched');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, basename(name));
    await rm(manifestPath(path), { force: true });
    if (imported === undefined) await fetchManifest(driver, name, path, handle.signal);
    else await writeManifestTo(path, { ...imported, name: basename(name) });
    if (local !== null) return await standIn(local, path);
    await requireRoom({ use: 'staging', folder, bytes: there.bytes });
    await download(driver, { name, bytes: snapshot.sizeBytes }, path, handle);
    const expected = core.catalog.snapshots.manifestAt(snapshot.id, destination.id);
    if (wanted === 'everything') await fetchAttachedFiles(driver, expected, folder, handle);
    return path;
  });
}

/**
 * A link to a file that its manifest does not lie beside, or a copy of it where links are not to be had: what is read
 * has its manifest beside it, and the file's own folder is left as it is.
 */
async function standIn(file: string, path: string): Promise<string> {
  await rm(path, { force: true });
  try {
    await symlink(file, path);
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'ENOSYS'].includes(errorCode(error) ?? '')) throw error;
    await copyFile(file, path, constants.COPYFILE_FICLONE);
  }
  return path;
}

const writeManifestTo = (path: string, manifest: Manifest): Promise<void> =>
  writeFile(manifestPath(path), manifestText(manifest), { flag: 'wx', mode: 0o600 });

/** Those that the catalog knows, whatever the manifest there says. What is missing is left out: the verification says so. */
async function fetchAttachedFiles(
  driver: Destination,
  manifest: Manifest | undefined,
  folder: string,
  handle: RunHandle,
): Promise<void> {
  for (const { storedName, digest } of manifest?.attachedFiles ?? []) {
    if (storedName === null || digest === null || (await driver.stat(storedName)) === undefined) continue;
    await requireRoom({ use: 'staging', folder, bytes: digest.stored.bytes });
    await download(driver, { name: storedName, bytes: digest.stored.bytes }, join(folder, storedName), handle);
  }
}

/** One that is missing or cannot be parsed is left out: the verification says so. */
async function fetchManifest(driver: Destination, name: string, path: string, signal: AbortSignal): Promise<void> {
  try {
    await writeManifestTo(path, await readManifestAt(driver, manifestPath(name), signal));
  } catch (error) {
    const { code } = explainError(error, name);
    if (code !== 'NOT_FOUND' && code !== 'CORRUPT') throw error;
  }
}
