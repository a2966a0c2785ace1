import type { Run } from '../../../src-shared/model/run.ts';
import { copyLocation } from '../copies/copy-location.ts';
import { notInTrash, putBackCopy } from '../copies/trash-copy.ts';
import type { CoreContext } from '../core-context.ts';
import { assertReachable, requireDestination, withDestination } from '../destinations/destination-access.ts';

/**
 * Queues that a deleted snapshot is put back, in all folders whose trash holds it.
 * @throws SnapkeepError `NOT_FOUND` when no trash holds it
 */
export function startPutBack(core: CoreContext, snapshotId: string): Run {
  const { catalog } = core;
  const snapshot = catalog.snapshots.require(snapshotId);
  const { name, planId, planName, sizeBytes } = snapshot;
  const destinations = catalog.copies
    .ofSnapshot(snapshotId)
    .filter(({ state }) => state === 'trashed')
    .map(({ destinationId }) => requireDestination(catalog, destinationId));
  if (destinations.length === 0) throw notInTrash(name);
  return core.runs.start({
    kind: 'putBack',
    planId,
    planName,
    snapshotId,
    subject: name,
    locks: destinations.map((destination) => copyLocation(catalog, destination, snapshot)),
    work: async (handle) => {
      const { signal } = handle;
      let copies = 0;
      const onProgress = (bytes: number): void =>
        handle.progress('checking', copies * sizeBytes + bytes, destinations.length * sizeBytes);
      try {
        for (const destination of destinations) {
          const copy = catalog.copies.get(snapshotId, destination.id);
          if (copy?.state !== 'trashed') continue;
          await withDestination(core, destination, async (driver) => {
            await assertReachable(core, destination, driver);
            await putBackCopy(core, driver, destination, copy, { signal, onProgress });
          });
          copies += 1;
          handle.log('info', `Put back: ${copyLocation(catalog, destination, snapshot)}.`);
        }
      } finally {
        tellTrash(core, planId, destinations);
      }
      if (copies === 0) throw notInTrash(name);
      return { kind: 'putBack', snapshotId, copies };
    },
  });
}

/** Tells that something went into a trash, or out of it. */
export function tellTrash(
  { events }: Pick<CoreContext, 'events'>,
  planId: string | null,
  destinations: ReadonlyArray<{ id: string }>,
): void {
  events.emit('snapshots.changed', { planId });
  if (planId !== null) events.emit('plans.changed', { planIds: [planId] });
  events.emit('destinations.changed', { destinationIds: destinations.map(({ id }) => id) });
}
