import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from '../../../../src-shared/model/manifest.ts';
import type { SchemaVersionQuery } from '../../../../src-shared/model/plan.ts';
import type { Run } from '../../../../src-shared/model/run.ts';
import type { Snapshot } from '../../../../src-shared/model/snapshot.ts';
import { fetchSnapshot, readingOf, storedDestinations } from '../../copies/fetch-snapshot.ts';
import type { CoreContext } from '../../core-context.ts';
import type { DatabaseKey } from '../../engine/sqlite/database-key.ts';
import { decryptionSecretsOfFile } from '../../secrets/encryptions.ts';
import { keepKey } from '../../secrets/keys.ts';
import { aboutSource, fetchSource, type ReadSource } from '../../verify/start-verification.ts';
import type { FilesRequest } from '../replace/restore-attached-files.ts';
import { planOf, refuseFilesTarget, refuseTarget } from './refuse-target.ts';

/** Queues the look at what a restore would do; the staged image is kept for `startRestore`. */
export function startRestoreCheck(
  core: CoreContext,
  source: ReadSource,
  { targetPath, givenPath }: { targetPath: string; givenPath: string },
  key: DatabaseKey | undefined,
  expects: string | null,
): Run {
  const { subject, locks } = aboutSource(source);
  const snapshotId = 'stored' in source ? source.stored.snapshot.id : null;
  refuseTarget(core, locks, targetPath);
  return core.runs.start({
    kind: 'restore-check',
    planId: planOf(core, targetPath),
    snapshotId,
    subject,
    locks: [...locks, targetPath],
    work: async (handle) => {
      const { path, destinationId, location, known, ...file } = await fetchSource(core, source, handle, { key });
      const { expected, entry, rebuilt } = file;
      const request = {
        sourcePath: path,
        snapshotId,
        expected,
        entry,
        rebuilt,
        targetPath,
        givenPath,
        safetyFolder: core.dataFolder.safetyFolder,
        mode: ownModeOf(core, snapshotId, expected),
        schemaVersion: schemaVersionOf(core, targetPath, snapshotId),
        expects,
      };
      const { encryptionSecrets, keys: own } = await decryptionSecretsOfFile(core, { path, known }, handle, key);
      // The key that was given is for the file; what stands at the target may have any other.
      const keys = [
        ...own,
        ...core.keys.all().filter(({ fingerprint }) => !own.some((key) => key.fingerprint === fingerprint)),
      ];
      const prepared = await core.runInWorker('restore-check', request, { ...handle, keys, encryptionSecrets });
      keepKey(core, keys, prepared.databaseEncryption);
      handle.keepStaging();
      // What was fetched is unpacked now, and people know the snapshot by where it came from.
      await rm(join(handle.stagingFolder, 'fetched'), { recursive: true, force: true });
      const check = { ...prepared.check, source: { ...prepared.check.source, path: location } };
      const { stagingFolder } = handle;
      await core.prepared.keep(handle.id, {
        what: 'database',
        prepared: { ...prepared, check },
        confirmation: check.confirmation,
        stagingFolder,
        destinationId,
      });
      return { kind: 'restore-check', check };
    },
  });
}

/** Which files of a snapshot are to be put back. */
export interface FilesOrder extends Omit<FilesRequest, 'snapshotPath' | 'expected' | 'paths'> {
  snapshot: Snapshot;
  destinationId: string | undefined;
}

/** Queues the look at what a restore of files would do; what had to be fetched is kept for `startRestore`. */
export function startFilesCheck(core: CoreContext, { snapshot, destinationId, ...order }: FilesOrder): Run {
  const stored = storedDestinations(core, snapshot, destinationId);
  return core.runs.start({
    ...readingOf(stored),
    kind: 'restore-check',
    work: async (handle) => {
      const { path, destination, expected } = await fetchSnapshot(core, stored, handle, 'everything');
      const encryptionSecrets = core.encryptions.all(snapshot.planId);
      const paths = Object.fromEntries(snapshot.attachedFiles.map((each) => [each.name, each.path]));
      const files = await core.runInWorker(
        'files-check',
        { ...order, snapshotPath: path, expected, paths },
        { ...handle, encryptionSecrets },
      );
      for (const { targetPath } of files.targets) await refuseFilesTarget(core, targetPath);
      handle.keepStaging();
      const { stagingFolder } = handle;
      const { targets, confirmation } = files;
      await core.prepared.keep(handle.id, {
        what: 'files',
        files,
        snapshot,
        confirmation,
        stagingFolder,
        destinationId: destination.id,
      });
      const { id: snapshotId, name: snapshotName, createdAt } = snapshot;
      return { kind: 'files-check', check: { snapshotId, snapshotName, createdAt, targets, confirmation } };
    },
  });
}

/** Manifests of imported snapshots were written by others, and say nothing of who may use what is restored. */
function ownModeOf(core: CoreContext, snapshotId: string | null, expected: Manifest | undefined): number | null {
  const snapshot = snapshotId === null ? undefined : core.catalog.snapshots.get(snapshotId);
  return snapshot?.origin === 'own' ? (expected?.source.mode ?? null) : null;
}

/** The plan of the target knows how it is asked for its version, or else that of the snapshot does. */
function schemaVersionOf(core: CoreContext, targetPath: string, snapshotId: string | null): SchemaVersionQuery {
  const snapshot = snapshotId === null ? undefined : core.catalog.snapshots.get(snapshotId);
  const plan = core.catalog.plans.get(planOf(core, targetPath) ?? snapshot?.planId ?? '');
  return plan?.schemaVersion ?? null;
}
