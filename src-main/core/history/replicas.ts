import { basename, join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { ParsedParams } from '../../../src-shared/contract/methods.ts';
import type { Replica, ReplicaPoint } from '../../../src-shared/model/history/replica.ts';
import type { CoreContext } from '../core-context.ts';
import { driverAt, folderOf } from '../destinations/chosen-destination.ts';
import { locationOf, requireDestination } from '../destinations/destination-access.ts';
import { explainError } from '../engine/engine-errors.ts';
import type { EncryptionSecret } from '../engine/packing/encryption.ts';
import type { DatabaseKey } from '../engine/sqlite/database-key.ts';
import type { RunHandle } from '../runs/run-work.ts';
import { fetchLtxFile, type RebuiltFile, rebuildFetched } from './fetch-point.ts';
import { ltxPath } from './layout.ts';
import { pointAt, recognizeReplica, replicaPoints } from './litestream.ts';
import { filesOfPoint, type HistoryPlace, listHistory } from './read-history.ts';

/** A point in a replica, as it was found. */
export interface ReplicaSource {
  readonly replica: Replica;
  readonly txid: number;
  /** Where the replica is, for people and for locks. */
  readonly location: string;
}

/** Litestream merges and removes files while they are read: what is no longer there is looked for again. */
const ATTEMPTS = 3;

/** Finds the replica of a point, whether or not it can be reached. @throws SnapkeepError as {@link folderOf} */
export async function replicaSource(core: CoreContext, replica: Replica, txid: number): Promise<ReplicaSource> {
  if ('path' in replica) return { replica, txid, location: await folderOf(core, replica.path) };
  const destination = requireDestination(core.catalog, replica.destinationId);
  return { replica, txid, location: locationOf(destination, replica.folder) };
}

/** How runs name a point of a replica. */
export const replicaPointName = ({ location, txid }: ReplicaSource): string => `${basename(location)}, point ${txid}`;

/** Lists the points of a replica, the newest first. @throws SnapkeepError as {@link recognizeReplica} and {@link listHistory} */
export function pointsOfReplica(
  core: CoreContext,
  { replica, from, to, before, limit }: ParsedParams<'replicas.points'>,
  signal: AbortSignal,
): Promise<ReplicaPoint[]> {
  return withReplica(core, replica, async (place) => {
    const { files } = await listHistory(place, signal);
    // Where nothing is asked of times, only those of the page are looked up.
    const newest = from === undefined && to === undefined ? limit : undefined;
    const points = await replicaPoints(place, files, { before, newest, signal });
    const [earliest, latest] = [Date.parse(from ?? ''), Date.parse(to ?? '')];
    return points
      .filter(({ madeAt }) => !(madeAt.getTime() < earliest) && !(madeAt.getTime() > latest))
      .slice(-limit)
      .toReversed()
      .map(asPoint);
  });
}

/** Finds a point of a replica. @throws SnapkeepError `NOT_FOUND`, and as {@link pointsOfReplica} */
export function pointOfReplica(
  core: CoreContext,
  { replica, ...asked }: ParsedParams<'replicas.pointAt'>,
  signal: AbortSignal,
): Promise<ReplicaPoint> {
  return withReplica(core, replica, async (place, location) => {
    const { files } = await listHistory(place, signal);
    const exactly = 'txid' in asked ? { before: asked.txid + 1, newest: 1 } : {};
    const points = await replicaPoints(place, files, { ...exactly, signal });
    const found =
      'txid' in asked ? points.find(({ txid }) => txid === asked.txid) : pointAt(points, new Date(asked.at));
    if (found != null) return asPoint(found);
    const which = 'txid' in asked ? asked.txid : `at ${asked.at} or before it`;
    throw new SnapkeepError('NOT_FOUND', `The replica ${location} has no point in time ${which}.`, {
      hint: 'Litestream may have merged or removed it. List the points of the replica again, and choose one of them.',
    });
  });
}

/**
 * Rebuilds the database as it was at a point of a replica, into the staging folder of a run. The replica is only read.
 * @param key what a person has entered: it may open the files of a history that another service has encrypted
 * @throws SnapkeepError as {@link filesOfPoint}
 */
export async function fetchReplicaPoint(
  core: CoreContext,
  source: ReplicaSource,
  handle: RunHandle,
  key?: DatabaseKey,
): Promise<RebuiltFile> {
  const given = key === undefined ? [] : [await core.encryptions.read(key.text)];
  const encryptionSecrets = [...given, ...core.encryptions.all()];
  for (let attempt = 1; ; attempt++) {
    try {
      return await rebuildOnce(core, source, { ...handle, encryptionSecrets });
    } catch (error) {
      const explained = explainError(error, source.location);
      if (explained.code !== 'NOT_FOUND' || attempt === ATTEMPTS) throw explained;
      handle.log('info', `${explained.message} Reading the list of files again.`);
    }
  }
}

function rebuildOnce(
  core: CoreContext,
  { replica, txid, location }: ReplicaSource,
  handle: RunHandle & { encryptionSecrets: EncryptionSecret[] },
): Promise<RebuiltFile> {
  return rebuildFetched(core, { name: basename(location), txid, rootHash: null }, handle, (folder) =>
    withReplica(core, replica, async (place, _location, root) => {
      const chosen = await filesOfPoint(place, await listHistory(place, handle.signal), txid, null, handle.signal);
      const paths: string[] = [];
      for (const file of chosen)
        paths.push(
          root === null
            ? await fetchLtxFile(place, file, folder, handle)
            : join(root, ltxPath(place.layout, place.folder, file)),
        );
      return paths;
    }),
  );
}

/** Opens a replica to read it. `root`: the folder of the driver where it is on this machine; `null`: it is not. */
async function withReplica<T>(
  core: CoreContext,
  replica: Replica,
  work: (place: HistoryPlace, location: string, root: string | null) => Promise<T>,
): Promise<T> {
  const { location } = await replicaSource(core, replica, 0);
  await using driver = await driverAt(core, replica);
  const folder = 'path' in replica ? '' : replica.folder;
  const place = await recognizeReplica(driver, folder);
  if (place === null) {
    throw new SnapkeepError('UNSUPPORTED', `${location} is not a Litestream replica.`, {
      hint: 'Choose the folder that contains the folder “ltx” of Litestream 0.5, or “0000” in a bucket.',
    });
  }
  return await work(place, location, rootOf(core, replica, location));
}

function rootOf({ catalog }: CoreContext, replica: Replica, location: string): string | null {
  if ('path' in replica) return location;
  const { settings } = requireDestination(catalog, replica.destinationId);
  return settings.kind === 'folder' ? settings.path : null;
}

const asPoint = ({ txid, madeAt, bytes }: { txid: number; madeAt: Date; bytes: number }): ReplicaPoint => ({
  txid,
  madeAt: madeAt.toISOString(),
  bytes,
});
