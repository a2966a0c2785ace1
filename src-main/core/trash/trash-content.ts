import type { TrashContent, TrashedCopy } from '../../../src-shared/model/trash.ts';
import { daysLeft } from '../../../src-shared/retention/trash.ts';
import type { CoreContext } from '../core-context.ts';
import { confirmationOf } from '../engine/confirmation.ts';

/** Which part of the trash is meant. */
export interface ChosenTrash {
  planId?: string | undefined;
  destinationId?: string | undefined;
}

/** Returns what can be put back, the newest deletion first. */
export function trashContent({ catalog }: CoreContext, chosen: ChosenTrash): TrashContent {
  if (chosen.planId !== undefined) catalog.plans.require(chosen.planId);
  const copies = catalog.trash.list(chosen).flatMap((row): TrashedCopy[] => {
    const snapshot = catalog.snapshots.get(row.snapshotId);
    const destination = catalog.destinations.get(row.destinationId);
    if (snapshot === undefined || destination === undefined) return [];
    const { name, planId, planName, createdAt, diskBytes: sizeBytes } = snapshot;
    const { id, name: destinationName } = destination;
    return [
      {
        snapshotId: snapshot.id,
        name,
        planId,
        planName,
        createdAt,
        sizeBytes,
        destination: { id, name: destinationName },
        deletedAt: row.deletedAt,
        daysLeft: daysLeft(row),
      },
    ];
  });
  return {
    copies,
    bytes: copies.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    confirmation: confirmationOf(copies.map(({ snapshotId, destination }) => [snapshotId, destination.id])),
  };
}
