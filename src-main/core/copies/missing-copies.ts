import type { Catalog } from '../catalog/catalog.ts';
import type { CoreContext } from '../core-context.ts';
import type { Clock } from '../ports.ts';

/** The copy of a snapshot at a destination is no longer there. */
export function markMissing(catalog: Catalog, clock: Clock, snapshotId: string, destinationId: string): void {
  const copy = catalog.copies.ofSnapshot(snapshotId).find((each) => each.destinationId === destinationId);
  if (copy?.state !== 'stored') return;
  catalog.copies.set({ ...copy, state: 'missing', at: clock.now().toISOString(), message: null });
}

export function markReturned(
  { catalog, clock }: Pick<CoreContext, 'catalog' | 'clock'>,
  snapshotId: string,
  id: string,
): void {
  const copy = catalog.copies.ofSnapshot(snapshotId).find(({ destinationId }) => destinationId === id);
  if (copy?.state === 'missing') catalog.copies.set({ ...copy, state: 'stored', at: clock.now().toISOString() });
}
