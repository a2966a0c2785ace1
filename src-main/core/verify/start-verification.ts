import { basename } from 'node:path';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import type { Verification } from '../../../src-shared/model/verification.ts';
import { fetchSnapshot, locksOf, type StoredSnapshot, type Wanted } from '../copies/fetch-snapshot.ts';
import type { CoreContext } from '../core-context.ts';
import type { DatabaseKey } from '../engine/sqlite/database-key.ts';
import { fetchPoint, pointName, type StoredPointSource } from '../history/fetch-point.ts';
import { fetchReplicaPoint, type ReplicaSource, replicaPointName } from '../history/replicas.ts';
import { pointsLock } from '../history/start-capture.ts';
import type { RunHandle } from '../runs/run-work.ts';
import { decryptionSecretsOfFile, type KnownOfFile, knownOfSnapshot } from '../secrets/encryptions.ts';
import type { StoredFile } from './verify-file.ts';

/** What is read: a snapshot of the catalog, a point in time of a plan or of a replica, or any file. */
export type ReadSource =
  | { stored: StoredSnapshot }
  | { point: StoredPointSource }
  | { replica: ReplicaSource }
  | { path: string; entry?: string | undefined; known?: KnownOfFile | undefined };

/** Names and locks of what is read. */
export function aboutSource(source: ReadSource): { subject: string; locks: string[] } {
  if ('path' in source) return { subject: basename(source.path), locks: [source.path] };
  if ('point' in source) return { subject: pointName(source.point), locks: [pointsLock(source.point.plan.id)] };
  if ('replica' in source) return { subject: replicaPointName(source.replica), locks: [source.replica.location] };
  return { subject: source.stored.snapshot.name, locks: locksOf(source.stored) };
}

/** What is read, where it can be read, and what is known of it. */
interface FetchedSource {
  path: string;
  destinationId: string | null;
  location: string;
  expected: Manifest | undefined;
  known: KnownOfFile | undefined;
  entry: string | undefined;
  rebuilt?: StoredFile['rebuilt'];
}

/** Gets what is read to where it can be read. @param key what a person has entered for it */
export async function fetchSource(
  core: CoreContext,
  source: ReadSource,
  handle: RunHandle,
  { key, wanted = 'database' }: { key: DatabaseKey | undefined; wanted?: Wanted },
): Promise<FetchedSource> {
  const unknown = { destinationId: null, expected: undefined, known: undefined, entry: undefined };
  if ('path' in source)
    return { ...unknown, path: source.path, location: source.path, known: source.known, entry: source.entry };
  if ('point' in source) {
    const { destination, ...rebuilt } = await fetchPoint(core, source.point, handle, key);
    // A key that was given has opened the files; the database in them may need another one.
    const known = source.point.history.encryptedWith === null ? undefined : { manifest: null, encrypted: true };
    return { ...unknown, ...rebuilt, destinationId: destination.id, known };
  }
  if ('replica' in source) {
    const rebuilt = await fetchReplicaPoint(core, source.replica, handle, key);
    return { ...unknown, ...rebuilt, location: `${source.replica.location}, point ${source.replica.txid}` };
  }
  const { destination, ...fetched } = await fetchSnapshot(core, source.stored, handle, wanted);
  return { ...fetched, destinationId: destination.id, known: knownOfSnapshot(fetched.expected), entry: undefined };
}

/** Queues the verification of a stored file; the result is kept if it is a snapshot of the catalog. */
export function startVerification(core: CoreContext, source: ReadSource, key: DatabaseKey | undefined): Run {
  const snapshot = 'stored' in source ? core.catalog.snapshots.get(source.stored.snapshot.id) : undefined;
  return core.runs.start({
    kind: 'verify',
    planId: snapshot?.planId ?? null,
    planName: snapshot?.planName ?? null,
    snapshotId: snapshot?.id ?? null,
    ...aboutSource(source),
    work: async (handle) => {
      const wanted = { key, wanted: 'everything' } as const;
      const { path, destinationId, known, ...file } = await fetchSource(core, source, handle, wanted);
      const { given, ...decryptionSecrets } = await decryptionSecretsOfFile(core, { path, known }, handle, key);
      const { expected, entry, rebuilt } = file;
      const request = { path, expected, entry, rebuilt, mayStayEncrypted: key === undefined };
      const verification = await core.runInWorker('verify', request, { ...handle, ...decryptionSecrets });
      if (verification.valid && given !== undefined) core.keys.keep(given);
      if (snapshot !== undefined) recordVerification(core, snapshot.id, destinationId, verification);
      return { kind: 'verify', verification };
    },
  });
}

/** Keeps the result of a verification with its snapshot and the destination whose copy was read. */
export function recordVerification(
  core: CoreContext,
  snapshotId: string,
  destinationId: string | null,
  verification: Verification,
): void {
  core.catalog.snapshots.addVerification(snapshotId, destinationId, verification);
  const planId = core.catalog.snapshots.get(snapshotId)?.planId ?? null;
  core.events.emit('snapshots.changed', { planId });
  if (planId !== null) core.events.emit('plans.changed', { planIds: [planId] });
}
