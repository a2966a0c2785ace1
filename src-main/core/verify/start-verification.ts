import { basename } from 'node:path';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import type { Verification } from '../../../src-shared/model/verification.ts';
import { fetchSnapshot, locksOf, type StoredSnapshot, type Wanted } from '../copies/fetch-snapshot.ts';
import type { CoreContext } from '../core-context.ts';
import { explainError } from '../engine/engine-errors.ts';
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

/** Queues the verification of a stored file; the result is kept if it is a snapshot or a point of the catalog. */
export function startVerification(core: CoreContext, source: ReadSource, key: DatabaseKey | undefined): Run {
  const snapshot = 'stored' in source ? core.catalog.snapshots.get(source.stored.snapshot.id) : undefined;
  const point = 'point' in source ? source.point : undefined;
  return core.runs.start({
    kind: 'verify',
    planId: snapshot?.planId ?? point?.plan.id ?? null,
    planName: snapshot?.planName ?? point?.plan.name ?? null,
    snapshotId: snapshot?.id ?? null,
    ...aboutSource(source),
    work: async (handle) => {
      const wanted = { key, wanted: 'everything' } as const;
      const fetched = fetchSource(core, source, handle, wanted);
      if (point !== undefined) await fetched.catch((error: unknown) => recordUnrestorable(core, point, error));
      const { path, destinationId, known, ...file } = await fetched;
      const { given, ...decryptionSecrets } = await decryptionSecretsOfFile(core, { path, known }, handle, key);
      const { expected, entry, rebuilt } = file;
      const request = { path, expected, entry, rebuilt, mayStayEncrypted: key === undefined };
      const verification = await core.runInWorker('verify', request, { ...handle, ...decryptionSecrets });
      if (verification.valid && given !== undefined) core.keys.keep(given);
      if (snapshot !== undefined) recordVerification(core, snapshot.id, destinationId, verification);
      if (point !== undefined) recordPoint(core, point, verification);
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

/** Keeps the result with a point. While a point that is not valid is not reviewed, nothing is merged or removed. */
function recordPoint(
  core: CoreContext,
  { plan, history: { id }, txid }: StoredPointSource,
  { valid, message }: Pick<Verification, 'valid' | 'message'>,
): void {
  const { histories, points } = core.catalog;
  points.setVerified(id, txid, { at: core.clock.now().toISOString(), level: 'restored', valid });
  const { brake, newestTxid } = histories.require(id);
  if (!valid && brake === null)
    histories.change(id, { brake: { reason: `Point ${txid} is not valid: ${message}`, txid: newestTxid } });
  core.events.emit('plans.changed', { planIds: [plan.id] });
}

/** A point whose files are damaged or missing is not valid; a destination that is unavailable says nothing. */
function recordUnrestorable(core: CoreContext, point: StoredPointSource, error: unknown): void {
  const { code, message } = explainError(error, pointName(point));
  if (['CORRUPT', 'NOT_FOUND'].includes(code)) recordPoint(core, point, { valid: false, message });
}
