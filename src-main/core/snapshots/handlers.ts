import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import type { CoreContext } from '../core-context.ts';
import { chosenDestination } from '../destinations/chosen-destination.ts';
import type { Handlers } from '../handler.ts';
import { startDelete } from '../prune/prune.ts';
import { previewDelete } from '../prune/prune-preview.ts';
import { listSnapshots } from './list-snapshots.ts';
import { pinSnapshot } from './pin-snapshot.ts';
import { startRescan } from './rescan.ts';

/** Finds the snapshots that a destination holds. */
export function rescanHandlers(core: CoreContext): Handlers<'destinations.rescan'> {
  return {
    'destinations.rescan': async (place) => ({ run: startRescan(core, await chosenDestination(core, place)) }),
  };
}

/** Lists, pins and deletes snapshots. */
export function snapshotsHandlers(core: CoreContext): Handlers<MethodsOf<'snapshots'>> {
  return {
    'snapshots.list': (asked) => listSnapshots(core, asked),
    'snapshots.get': ({ snapshotId }) => ({
      snapshot: core.catalog.snapshots.require(snapshotId),
      verifications: core.catalog.snapshots.verifications(snapshotId),
    }),
    'snapshots.pin': ({ snapshotId, pinned }) => pinSnapshot(core, snapshotId, pinned),
    'snapshots.previewDelete': ({ snapshotId, ...request }) => previewDelete(core, snapshotId, request),
    'snapshots.delete': ({ snapshotId, confirmation, ...request }) => ({
      run: startDelete(core, snapshotId, request, confirmation),
    }),
  };
}
