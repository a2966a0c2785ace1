import { basename } from 'node:path';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import type { Verification } from '../../../src-shared/model/verification.ts';
import { fetchSnapshot, locksOf, type StoredSnapshot, type Wanted } from '../copies/fetch-snapshot.ts';
import type { CoreContext } from '../core-context.ts';
import type { DatabaseKey } from '../engine/sqlite/database-key.ts';
import { fetchPoint, pointName, type StoredPointSource } from '../history/fetch-point.ts';
import { pointsLock } from '../history/start-capture.ts';
import type { RunHandle } from '../runs/run-work.ts';
import { decryptionSecretsOfFile, type KnownOfFile, knownOfSnapshot } from '../secrets/encryptions.ts';

/** What is read: a snapshot of the catalog, a point in time, or any file. */
export type ReadSource =
  | { stored: StoredSnapshot }
  | { point: StoredPointSource }
  | { path: string; entry?: string | undefined; known?: KnownOfFile | undefined };

/** Names and locks of what is read. */
export function aboutSource(source: ReadSource): { subject: string; locks: string[] } {
  if ('path' in source) return { subject: basename(source.path), locks: [source.path] };
  if ('point' in source) return { subject: pointName(source.point), locks: [pointsLock(source.point.plan.id)] };
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
}

/** Gets what is read to where it can be read. @param key what a person has entered for it */
export async function fetchSource(
  core: CoreContext,
  source: ReadSource,
  handle: RunHandle,
  { key, wanted = 'database' }: { key: DatabaseKey | undefined; wanted?: Wanted },
): Promise<FetchedSource> {
  if ('path' in source)
    return {
      path: source.path,
      destinationId: null,
      location: source.path,
      expected: undefined,
      known: source.known,
      entry: source.entry,
    };
  if ('point' in source) {
    const { path, destination, location } = await fetchPoint(core, source.point, handle, key);
    // A key that was given has opened the files; the database in them may need another one.
    const known = source.point.history.encryptedWith === null ? undefined : { manifest: null, encrypted: true };
    return { path, destinationId: destination.id, location, expected: undefined, known, entry: undefined };
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
      const { path, destinationId, expected, known, entry } = await fetchSource(core, source, handle, {
        key,
        wanted: 'everything',
      });
      const { given, ...decryptionSecrets } = await decryptionSecretsOfFile(core, { path, known }, handle, key);
      const request = { path, expected, entry, mayStayEncrypted: key === undefined };
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
