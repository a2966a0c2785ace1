import type { CoreContext } from '../core-context.ts';

type Core = Pick<CoreContext, 'catalog' | 'clock'>;

/** Notes that the copy of a snapshot at a destination is missing there. */
export function markMissing({ catalog, clock }: Core, snapshotId: string, destinationId: string): void {
  const copy = catalog.copies.get(snapshotId, destinationId);
  if (copy?.state === 'stored')
    catalog.copies.set({ ...copy, state: 'missing', at: clock.now().toISOString(), message: null });
}

/** Notes that a copy that was missing was found again. */
export function markReturned({ catalog, clock }: Core, snapshotId: string, destinationId: string): void {
  const copy = catalog.copies.get(snapshotId, destinationId);
  if (copy?.state === 'missing') catalog.copies.set({ ...copy, state: 'stored', at: clock.now().toISOString() });
}
