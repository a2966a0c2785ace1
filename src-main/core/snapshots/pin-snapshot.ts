import type { Snapshot } from '../../../src-shared/model/snapshot.ts';
import type { CoreContext } from '../core-context.ts';

/** Pins a snapshot, which no prune deletes then, or unpins it. @throws SnapkeepError `NOT_FOUND` */
export function pinSnapshot({ catalog, events }: CoreContext, snapshotId: string, pinned: boolean): Snapshot {
  const snapshot = catalog.snapshots.require(snapshotId);
  catalog.snapshots.setPinned(snapshotId, pinned);
  events.emit('snapshots.changed', { planId: snapshot.planId });
  return { ...snapshot, pinned };
}
