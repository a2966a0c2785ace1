import type { CoreContext } from '../core-context.ts';
import { chosenDestination } from '../destinations/chosen-destination.ts';
import type { Handlers, MethodsOf } from '../handler.ts';
import { startDelete } from '../prune/prune.ts';
import { previewDelete } from '../prune/prune-preview.ts';
import { listSnapshots } from './list-snapshots.ts';
import { startRescan } from './rescan.ts';

/** Lists, pins and deletes snapshots. */
export function snapshotsHandlers(core: CoreContext): Handlers<MethodsOf<'snapshots'> | 'destinations.rescan'> {
  const { catalog, events } = core;
  return {
    'snapshots.list': (asked) => listSnapshots(core, asked),
    'snapshots.get': ({ snapshotId }) => ({
      snapshot: core.catalog.snapshots.require(snapshotId),
      verifications: catalog.snapshots.verifications(snapshotId),
    }),
    'snapshots.pin': ({ snapshotId, pinned }) => {
      const snapshot = core.catalog.snapshots.require(snapshotId);
      catalog.snapshots.setPinned(snapshotId, pinned);
      events.emit('snapshots.changed', { planId: snapshot.planId });
      return { ...snapshot, pinned };
    },
    'snapshots.previewDelete': ({ snapshotId, unpin = false }) => previewDelete(core, snapshotId, unpin),
    'snapshots.delete': ({ snapshotId, unpin = false, confirmation }) => ({
      run: startDelete(core, snapshotId, unpin, confirmation),
    }),
    'destinations.rescan': async (chosen) => ({ run: startRescan(core, await chosenDestination(core, chosen)) }),
  };
}
