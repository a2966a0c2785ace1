import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { PrunedSnapshot } from '../../../src-shared/model/prune.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import { aged } from '../../../src-shared/retention/counted-age.ts';
import { hasExpired } from '../../../src-shared/retention/trash.ts';
import { bytesInWords, countInWords } from '../../../src-shared/words/wording.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import type { TrashRow } from '../catalog/repos/trash-repo.ts';
import { copyLocation } from '../copies/copy-location.ts';
import { removeCopy } from '../copies/remove-copy.ts';
import type { CoreContext } from '../core-context.ts';
import { assertReachable, withDestination } from '../destinations/destination-access.ts';
import { explainError } from '../engine/engine-errors.ts';
import { cancelledError } from '../engine/task-context.ts';
import type { RunHandle } from '../runs/run-work.ts';
import { tellTrash } from './put-back.ts';
import { type ChosenTrash, trashContent } from './trash-content.ts';

/**
 * Queues the removal of just what was listed.
 * @throws SnapkeepError `CONFLICT` when the trash has changed since
 */
export function startEmptying(core: CoreContext, chosen: ChosenTrash, confirmation: string): Run {
  if (trashContent(core, chosen).confirmation !== confirmation) {
    throw new SnapkeepError('CONFLICT', 'The trash has changed since it was listed.', {
      hint: 'Nothing was removed. List it again.',
    });
  }
  return startRemoval(core, core.catalog.trash.list(chosen));
}

/**
 * Counts on how long copies have been in the trash, and queues the removal of those whose days are over.
 */
export function expireTrash(core: CoreContext): void {
  const { catalog, clock } = core;
  const now = clock.now().getTime();
  const rows = catalog.trash.list().map((row) => ({ ...row, ...aged(row, now) }));
  catalog.transaction(() => {
    for (const row of rows) catalog.trash.save(row);
  });
  // One that is away is left until it is back: no run should fail every hour for it.
  const expired = rows.filter(
    (row) => hasExpired(row) && catalog.destinations.get(row.destinationId)?.problem === null,
  );
  if (expired.length > 0) startRemoval(core, expired);
}

function startRemoval(core: CoreContext, rows: readonly TrashRow[]): Run {
  const { catalog } = core;
  const byDestination = [...Map.groupBy(rows, ({ destinationId }) => destinationId)].flatMap(([id, there]) => {
    const destination = catalog.destinations.get(id);
    return destination === undefined ? [] : [{ destination, rows: there }];
  });
  const destinations = byDestination.map(({ destination }) => destination);
  return core.runs.start({
    kind: 'delete',
    subject: `from the trash of ${destinations.map(({ name }) => name).join(', ')}`,
    locks: byDestination.flatMap(({ destination, rows: there }) =>
      there.flatMap(({ snapshotId }) => {
        const snapshot = catalog.snapshots.get(snapshotId);
        return snapshot === undefined ? [] : [copyLocation(catalog, destination, snapshot)];
      }),
    ),
    work: async (handle) => {
      const removed: PrunedSnapshot[] = [];
      let failure: SnapkeepError | undefined;
      try {
        let before = 0;
        for (const each of byDestination) {
          try {
            await removeThere(core, each, handle, removed, { before, total: rows.length });
          } catch (error) {
            failure = explainError(error, each.destination.name);
            if (failure.code === 'CANCELLED') throw failure;
            handle.log('warning', `The trash of ${each.destination.name} was not emptied. ${failure.message}`);
          }
          before += each.rows.length;
        }
      } finally {
        tellTrash(core, null, destinations);
      }
      if (failure !== undefined) throw failure;
      const bytesFreed = removed.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      const removedCount = new Set(removed.map(({ id }) => id)).size;
      handle.log('info', `Removed ${countInWords(removedCount, 'snapshot')}, ${bytesInWords(bytesFreed)} freed.`);
      return { kind: 'delete', removed, bytesFreed, removedCount, keptCount: 0 };
    },
  });
}

/** Removes copies from one trash, one after the other; those that were put back meanwhile stay. */
async function removeThere(
  core: CoreContext,
  { destination, rows }: { destination: StoredDestination; rows: readonly TrashRow[] },
  handle: RunHandle,
  removed: PrunedSnapshot[],
  { before, total }: { before: number; total: number },
): Promise<void> {
  const { catalog } = core;
  await withDestination(core, destination, async (driver) => {
    await assertReachable(core, destination, driver);
    for (const [done, { snapshotId }] of rows.entries()) {
      if (handle.signal.aborted) throw cancelledError();
      handle.progress('removing', before + done, total);
      const copy = catalog.copies.get(snapshotId, destination.id);
      const snapshot = catalog.snapshots.get(snapshotId);
      if (copy?.state !== 'trashed' || snapshot === undefined) continue;
      const location = copyLocation(catalog, destination, snapshot);
      await removeCopy(core, driver, destination, copy);
      const { id, name, createdAt, diskBytes: sizeBytes } = snapshot;
      const at = { id: destination.id, name: destination.name };
      removed.push({ id, name, createdAt, sizeBytes, reasons: ['chosen'], destination: at, toTrash: false });
      handle.log('info', `Removed from the trash: ${location}.`);
    }
  });
}
