import { basename, dirname } from 'node:path';
import type { KeyFingerprint, KeyInput } from '../../../src-shared/model/database-encryption.ts';
import type { RestoreSource } from '../../../src-shared/model/restore/restore.ts';
import { storedDestinations } from '../copies/fetch-snapshot.ts';
import type { CoreContext } from '../core-context.ts';
import { canonicalFilePath } from '../engine/files/paths.ts';
import type { DatabaseKey } from '../engine/sqlite/database-key.ts';
import { pointSource } from '../history/fetch-point.ts';
import { replicaSource } from '../history/replicas.ts';
import { answerByTask } from '../runs/request-task.ts';
import { knownOf } from '../secrets/encryptions.ts';
import type { ReadSource } from './start-verification.ts';

/**
 * Finds what a person wants to read. A path of a stored snapshot means just that copy of it.
 * @param identifies a worker process reads what the catalog does not know, to find out what a given key is for
 */
export async function findSource(
  core: CoreContext,
  source: RestoreSource,
  identifies: boolean,
  signal: AbortSignal,
): Promise<ReadSource> {
  if ('snapshotId' in source)
    return {
      stored: storedDestinations(core, core.catalog.snapshots.require(source.snapshotId), source.destinationId),
    };
  if ('replica' in source) return { replica: await replicaSource(core, source.replica, source.txid) };
  if ('txid' in source) return { point: pointSource(core, source.planId, source.txid) };
  const path = await canonicalFilePath(source.path);
  const snapshot = core.catalog.snapshots.byPath(dirname(path), basename(path));
  const destination = core.catalog.destinations.byFolder(dirname(path));
  if (snapshot !== undefined && destination !== undefined)
    return { stored: storedDestinations(core, snapshot, destination.id) };
  const { entry } = source;
  if (!identifies) return { path, entry };
  const identity = await answerByTask(core, 'identify', { path }, { what: `Checking ${basename(path)}`, signal });
  return { path, entry, known: knownOf(identity) };
}

/** Reads the key that was given for a source, if one was. @throws SnapkeepError as {@link CoreContext.keys} does */
export async function readKey(
  core: CoreContext,
  key: KeyInput | undefined,
  source: ReadSource,
): Promise<DatabaseKey | undefined> {
  return key === undefined ? undefined : core.keys.read(key, fingerprintOf(core, source));
}

/** The key something was made with, by the catalog or its manifest. */
function fingerprintOf(core: CoreContext, source: ReadSource): KeyFingerprint | undefined {
  if ('path' in source) return source.known?.manifest?.databaseEncryption?.key;
  if ('point' in source) return source.point.plan.key?.fingerprint;
  // Litestream does not say what a database is encrypted with.
  if ('replica' in source) return undefined;
  return core.catalog.snapshots.get(source.stored.snapshot.id)?.databaseEncryption?.key;
}
