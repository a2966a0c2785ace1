import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Point } from '../../../src-shared/model/history/point.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import { fileStem } from '../../../src-shared/rules/names/naming.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import type { HistoryRow } from '../catalog/repos/history-repo.ts';
import { download } from '../copies/download.ts';
import type { CoreContext } from '../core-context.ts';
import { locationOf, withDestination } from '../destinations/destination-access.ts';
import { explainError } from '../engine/engine-errors.ts';
import { requireRoom } from '../engine/files/disk-full.ts';
import type { FileDigest } from '../engine/packing/compress.ts';
import type { EncryptionSecret } from '../engine/packing/encryption.ts';
import type { DatabaseKey } from '../engine/sqlite/database-key.ts';
import type { RunHandle } from '../runs/run-work.ts';
import type { StoredLtxFile } from './choose-files.ts';
import { placeOf } from './deliver-history.ts';
import { ltxName, ltxPath } from './layout.ts';
import { filesOfPoint, type HistoryPlace, listHistory } from './read-history.ts';
import { requireHistory } from './start-capture.ts';
import { UNKNOWN_HASH } from './stored-points.ts';

/** A point in the history of a plan. */
export interface StoredPointSource {
  readonly plan: Plan;
  readonly history: HistoryRow;
  readonly txid: number;
  /** In ISO 8601. */
  readonly madeAt: string;
}

/** Finds a point. @throws SnapkeepError `NOT_FOUND` */
export function pointSource(core: CoreContext, planId: string, txid: number): StoredPointSource {
  const plan = core.catalog.plans.require(planId);
  const history = requireHistory(core, planId);
  const point = core.catalog.points.get(history.id, txid);
  if (point !== undefined) return { plan, history, txid, madeAt: point.madeAt };
  throw noPoint(plan, txid);
}

/** The error for a point that a plan does not have. @param which its TXID, or when it was made */
export const noPoint = ({ name }: Pick<Plan, 'name'>, which: number | string): SnapkeepError =>
  new SnapkeepError('NOT_FOUND', `${name} has no point in time ${which}.`, {
    hint: `It may have been pruned. List the points in time with: snapkeep points ${name}`,
  });

/** How runs name a point. */
export const pointName = ({ plan, txid }: StoredPointSource): string => `${plan.name}, point ${txid}`;

/**
 * Rebuilds the database as it was at a point, into the staging folder of a run. Destinations are asked in turn, folders
 * first; the image must have the root hash that was captured.
 * @param key what a person has entered: it may open the files, or the database in them
 * @throws SnapkeepError of the last destination
 */
export async function fetchPoint(
  core: CoreContext,
  source: StoredPointSource,
  handle: RunHandle,
  key?: DatabaseKey,
): Promise<RebuiltFile & { destination: StoredDestination; location: string }> {
  const { plan } = source;
  const given = key === undefined ? [] : [await core.encryptions.read(key.text)];
  const encryptionSecrets = [...given, ...core.encryptions.all(plan.id)];
  const destinations = plan.destinations
    .flatMap(({ destinationId }) => core.catalog.destinations.get(destinationId) ?? [])
    .sort((one, other) => Number(one.settings.kind !== 'folder') - Number(other.settings.kind !== 'folder'));
  for (const [index, destination] of destinations.entries()) {
    const location = `${locationOf(destination, source.history.folder)}, point ${source.txid}`;
    try {
      const rebuilt = await rebuildFrom(core, source, destination, { ...handle, encryptionSecrets });
      return { ...rebuilt, destination, location };
    } catch (error) {
      const explained = explainError(error, location);
      if (index === destinations.length - 1 || explained.code === 'CANCELLED') throw explained;
      handle.log('warning', `${explained.message} Trying the next destination.`);
    }
  }
  throw new Error(`The plan ${plan.id} has no destination.`);
}

async function rebuildFrom(
  core: CoreContext,
  { plan, history, txid }: StoredPointSource,
  destination: StoredDestination,
  handle: RunHandle & { encryptionSecrets: EncryptionSecret[] },
): Promise<RebuiltFile> {
  const rootHash = knownRoot(core.catalog.points.get(history.id, txid));
  return rebuildFetched(core, { name: plan.name, txid, rootHash }, handle, (folder) =>
    withDestination(core, destination, async (driver) => {
      const place = placeOf(core, history, destination, driver);
      const chosen = await filesOfPoint(place, await listHistory(place, handle.signal), txid, null, handle.signal);
      const paths: string[] = [];
      for (const file of chosen) paths.push(await localFileOf(destination, place, file, folder, handle));
      return paths;
    }),
  );
}

/** A database that was rebuilt in a staging folder, and what identifies its content. */
export interface RebuiltFile {
  readonly path: string;
  readonly rebuilt: FileDigest;
}

/**
 * Rebuilds a point in the staging folder of a run.
 * @param name of the database
 * @param fetch puts what is not on this machine into a folder, which goes afterwards; returns the files in their order
 */
export async function rebuildFetched(
  core: CoreContext,
  { name, txid, rootHash }: { name: string; txid: number; rootHash: string | null },
  handle: RunHandle & { encryptionSecrets: EncryptionSecret[] },
  fetch: (folder: string) => Promise<string[]>,
): Promise<RebuiltFile> {
  const staging = join(handle.stagingFolder, 'history');
  await rm(staging, { recursive: true, force: true });
  const fetched = join(staging, 'files');
  await mkdir(fetched, { recursive: true, mode: 0o700 });
  const files = await fetch(fetched);
  const target = join(staging, `${fileStem(name)}-point-${txid}.db`);
  const rebuilt = await rebuildInWorker(core, { files, target, rootHash }, handle);
  await rm(fetched, { recursive: true });
  return rebuilt;
}

/** Has a worker process rebuild a database from LTX files of this machine, a base and those that follow it. */
async function rebuildInWorker(
  core: CoreContext,
  { files, target, rootHash }: { files: readonly string[]; target: string; rootHash: string | null },
  handle: RunHandle & { encryptionSecrets: EncryptionSecret[] },
): Promise<RebuiltFile> {
  const listener = {
    ...handle.listener,
    onProgress: (_: unknown, done: number, total: number | null) => handle.progress('fetching', done, total),
  };
  const request = { files: files.map((path) => ({ path, name: path })), target, rootHash };
  const image = await core.runInWorker('rebuild-point', request, { ...handle, listener });
  // The root hash identifies the content as well as its SHA-256 would, for which all of it would be read again.
  return { path: target, rebuilt: { bytes: image.pageSize * image.commit, sha256: image.rootHash } };
}

/** What the image of a point is compared with; `null`: what is known of the point was lost. */
const knownRoot = (point: Point | undefined): string | null =>
  point === undefined || point.rootHash === UNKNOWN_HASH ? null : point.rootHash;

/** Where a file of a history can be read on this machine: a folder's where it is, any other in the staging folder. */
export async function localFileOf(
  destination: StoredDestination,
  place: HistoryPlace,
  file: StoredLtxFile,
  staging: string,
  handle: RunHandle,
): Promise<string> {
  if (destination.settings.kind === 'folder') return locationOf(destination, ltxPath(place.layout, place.folder, file));
  return fetchLtxFile(place, file, staging, handle);
}

/** Brings a file of a history into the staging folder. @returns its path */
export async function fetchLtxFile(
  { driver, layout, folder }: HistoryPlace,
  file: StoredLtxFile,
  staging: string,
  handle: RunHandle,
): Promise<string> {
  const name = ltxPath(layout, folder, file);
  await requireRoom({ use: 'staging', folder: staging, bytes: file.bytes });
  // Files of several levels may have one name.
  const path = join(staging, `${file.level}-${ltxName(file)}`);
  await download(driver, { name, bytes: file.bytes }, path, handle);
  return path;
}
