import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import type { KeyInput } from '../../../src-shared/model/database-encryption.ts';
import type { BrowseSource } from '../../../src-shared/model/rows/browse.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import type { CoreContext } from '../core-context.ts';
import { canonicalFilePath } from '../engine/files/paths.ts';
import type { DatabaseKey, Unlocking } from '../engine/sqlite/database-key.ts';
import type { RunHandle } from '../runs/run-work.ts';
import { decryptionSecretsOfFile } from '../secrets/encryptions.ts';
import { keepKey, keysOfPlan } from '../secrets/keys.ts';
import { findSource, readKey } from '../verify/find-source.ts';
import { aboutSource, fetchSource, type ReadSource } from '../verify/start-verification.ts';
import { holdsFiles, type OpenCopyRequest } from './open-copy.ts';
import type { ViewedCopy } from './views.ts';

/** What is to be opened, as it was found. */
export type CopySource = { read: ReadSource; key: DatabaseKey | undefined } | { livePath: string; planId: string };

/**
 * Finds what a person wants to open.
 * @throws SnapkeepError `NOT_FOUND`, `UNSUPPORTED` for a snapshot of files, and as {@link findSource}
 */
export async function findCopySource(
  core: CoreContext,
  source: BrowseSource,
  key: KeyInput | undefined,
  signal: AbortSignal,
): Promise<CopySource> {
  if ('planId' in source && !('txid' in source)) {
    const plan = core.catalog.plans.require(source.planId);
    return { livePath: await canonicalFilePath(plan.sourcePath), planId: plan.id };
  }
  const read = await findSource(core, source, key !== undefined, signal);
  const snapshot = 'stored' in read ? core.catalog.snapshots.get(read.stored.snapshot.id) : undefined;
  if (snapshot?.sourceKind === 'files') throw holdsFiles(snapshot.name);
  return { read, key: await readKey(core, key, read) };
}

/** Names and locks of what is opened, for the run that opens it. */
export function aboutCopy(core: CoreContext, source: CopySource) {
  if ('livePath' in source) {
    const { id, name } = core.catalog.plans.require(source.planId);
    return { planId: id, planName: name, subject: basename(source.livePath), locks: [source.livePath] };
  }
  const snapshot = 'stored' in source.read ? source.read.stored.snapshot : undefined;
  return {
    planId: snapshot?.planId ?? null,
    planName: snapshot?.planName ?? null,
    snapshotId: snapshot?.id ?? null,
    ...aboutSource(source.read),
  };
}

/** Queues the opening of a view. */
export function startOpening(core: CoreContext, source: CopySource): Run {
  return core.runs.start({
    kind: 'browse',
    ...aboutCopy(core, source),
    work: async (handle) => {
      const viewed = await getCopy(core, source, handle);
      const viewId = core.views.open([viewed]);
      return { kind: 'browse', viewId, bytes: viewed.copy.bytes };
    },
  });
}

/**
 * Gets an open copy of a database: the one that is there already, or a new one. It is in use until it is released, by
 * the view that is opened with it or by `core.openCopies.release`.
 */
export async function getCopy(core: CoreContext, source: CopySource, handle: RunHandle): Promise<ViewedCopy> {
  if ('livePath' in source) return getLiveCopy(core, source, handle);
  const { read, key } = source;
  const snapshot = 'stored' in read ? core.catalog.snapshots.get(read.stored.snapshot.id) : undefined;
  const manifest = snapshot && core.catalog.snapshots.manifest(snapshot.id);
  const { subject: name } = aboutSource(read);
  const about = { name, snapshotId: snapshot?.id ?? null, planId: snapshot?.planId ?? null };
  const copyId = manifest?.image.sha256 ?? randomUUID();
  const here = core.openCopies.use(copyId);
  if (here !== undefined) return { copyId, copy: { ...here, takenAt: manifest?.createdAt ?? here.takenAt }, ...about };
  const { path, known, expected, entry, rebuilt } = await fetchSource(core, read, handle, { key });
  const secrets = await decryptionSecretsOfFile(core, { path, known }, handle, key);
  const copy = await unpackTo(core, copyId, { stored: { path, expected, entry, rebuilt } }, secrets, handle);
  return { copyId, copy, ...about };
}

async function getLiveCopy(
  core: CoreContext,
  { livePath, planId }: Extract<CopySource, { livePath: string }>,
  handle: RunHandle,
): Promise<ViewedCopy> {
  const keys = await keysOfPlan(core, core.catalog.plans.require(planId), handle.log);
  const copyId = randomUUID();
  const copy = await unpackTo(core, copyId, { live: livePath }, { keys, encryptionSecrets: [] }, handle);
  return { copyId, copy, name: basename(livePath), snapshotId: null, planId };
}

async function unpackTo(
  core: CoreContext,
  copyId: string,
  request: OpenCopyRequest,
  secrets: Pick<Awaited<ReturnType<typeof decryptionSecretsOfFile>>, 'keys' | 'encryptionSecrets'>,
  handle: RunHandle,
): Promise<ViewedCopy['copy']> {
  const { imagePath, encryption, ...about } = await core.runInWorker('open-copy', request, { ...handle, ...secrets });
  keepKey(core, secrets.keys, encryption);
  const key = secrets.keys.find(({ fingerprint }) => fingerprint === encryption?.key);
  const unlocking: Unlocking | null =
    encryption === null || key === undefined ? null : { key, settings: encryption.settings, salt: encryption.salt };
  return core.openCopies.add(copyId, imagePath, { ...about, unlocking });
}
