import { KEEP_ALL } from '../../../src-shared/model/plan.ts';
import type { SnapshotSummary } from '../../../src-shared/model/snapshot.ts';
import { calendarOf } from '../copies/wanted-copies.ts';
import type { CoreContext } from '../core-context.ts';
import { chosenDestination } from '../destinations/chosen-destination.ts';
import type { Handlers, MethodsOf } from '../handler.ts';
import { listWithReasons } from '../prune/list-reasons.ts';
import { startDelete } from '../prune/prune.ts';
import { previewDelete } from '../prune/prune-preview.ts';
import { startRescan } from './rescan.ts';

/** Lists, pins and deletes snapshots. */
export function snapshotsHandlers(core: CoreContext): Handlers<MethodsOf<'snapshots'> | 'destinations.rescan'> {
  const { catalog, events } = core;
  return {
    'snapshots.list': ({ planId }) => {
      const plans = new Map(catalog.plans.list().map((plan) => [plan.id, plan]));
      const families = new Map<string, SnapshotSummary[]>();
      const all = planId === undefined ? catalog.snapshots.list() : catalog.snapshots.ofPlan(planId);
      for (const snapshot of all) {
        // Without a plan nothing prunes; those of one source are shown by the same rules anyway.
        const family = snapshot.planId ?? snapshot.sourcePath;
        const members = families.get(family);
        if (members === undefined) families.set(family, [snapshot]);
        else members.push(snapshot);
      }
      const listed = [...families].flatMap(([family, snapshots]) => {
        const plan = plans.get(family);
        return listWithReasons(
          snapshots,
          plan?.retention ?? KEEP_ALL,
          calendarOf(core.clock, plan ?? { timeZone: null }),
        );
      });
      return listed.sort((a, b) => b.createdAt.localeCompare(a.createdAt));
    },
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
    'destinations.rescan': async (place) => ({ run: startRescan(core, await chosenDestination(core, place)) }),
  };
}
