import { basename } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import type { Snapshot } from '../../../src-shared/model/snapshot.ts';
import type { Verification } from '../../../src-shared/model/verification.ts';
import type { CoreContext } from '../core-context.ts';
import type { DatabaseKey } from '../engine/database-key.ts';
import { keepKey, keysOfFile } from './keys.ts';

/** Queues the verification of a stored file; the result is kept if it is a snapshot of the catalog. */
export function startVerification(
  core: CoreContext,
  path: string,
  snapshot: Snapshot | undefined,
  key: DatabaseKey | undefined,
): Run {
  return core.runs.start({
    kind: 'verify',
    planId: snapshot?.planId ?? null,
    planName: snapshot?.planName ?? null,
    snapshotId: snapshot?.id ?? null,
    subject: basename(path),
    locks: [path],
    folders: [],
    work: async (handle) => {
      try {
        const keys = await keysOfFile(core, path, key);
        const verification = await core.runInWorker('verify', { path }, { ...handle, keys });
        if (verification.valid) keepKey(core, keys, key?.fingerprint);
        if (snapshot !== undefined) recordVerification(core, snapshot.id, verification);
        return { kind: 'verify', verification };
      } catch (error) {
        if (snapshot !== undefined && error instanceof SnapkeepError && error.code === 'NOT_FOUND')
          markMissing(core, snapshot);
        throw error;
      }
    },
  });
}

/** Keeps the result of a verification with its snapshot. */
export function recordVerification(core: CoreContext, snapshotId: string, verification: Verification): void {
  core.catalog.snapshots.addVerification(snapshotId, verification);
  core.events.emit('snapshots.changed', { planId: core.catalog.snapshots.get(snapshotId)?.planId ?? null });
  core.events.emit('plans.changed', {});
}

function markMissing(core: CoreContext, snapshot: Snapshot): void {
  core.catalog.snapshots.setMissing(snapshot.id, true);
  core.events.emit('snapshots.changed', { planId: snapshot.planId });
}
