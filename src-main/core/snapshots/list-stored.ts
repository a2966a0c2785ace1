import { tellDestinations } from '../catalog/changes.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import { markMissing, markReturned } from '../copies/missing-copies.ts';
import type { CoreContext } from '../core-context.ts';
import { assertStillReachable } from '../destinations/destination-access.ts';
import type { Destination } from '../destinations/drivers/destination.ts';
import { noteLostAttached } from './note-lost-attached-files.ts';

/** How many pages are listed at most: what follows them is checked by name. */
const MOST_PAGES = 200;
/** How many names are checked one by one at most. */
const MOST_CHECKS = 500;

/**
 * Lists a destination and brings the catalog in line with it: what is not stored there any more is missing, what has
 * come back is stored, and a copy whose attached files have gone is not verified. No file is read or changed.
 * @throws SnapkeepError as the driver does
 */
export async function listStored(
  core: Pick<CoreContext, 'catalog' | 'clock' | 'events'>,
  destination: StoredDestination,
  driver: Destination,
): Promise<void> {
  const { catalog, clock } = core;
  const { id } = destination;
  // Before the list: whatever is known to be stored now must be in it.
  const known = catalog.copies.named(id);
  const { sizes, isWhole } = await sizesAt(driver);
  const missing: string[] = [];
  let checks = 0;
  let changed = false;
  for (const { snapshotId, name, sizeBytes, state } of known) {
    const there = sizes.get(name);
    if (state === 'missing' && there === sizeBytes) {
      markReturned(core, snapshotId, id);
      changed = true;
    }
    if (state !== 'stored' || there !== undefined) continue;
    // Lists leave out folders below, and what comes behind the last page that was read.
    const isListed = isWhole && !name.includes('/');
    if (checks < MOST_CHECKS) {
      checks += 1;
      if ((await driver.stat(name)) !== undefined) continue;
    } else if (!isListed) continue;
    missing.push(snapshotId);
  }
  await assertStillReachable(core, destination, driver);
  for (const snapshotId of missing) markMissing(core, snapshotId, id);
  // What comes behind the last page that was read has not gone.
  const lost = isWhole ? await noteLostAttached(catalog, clock, destination, driver, new Set(sizes.keys())) : [];
  catalog.destinations.setListed(id, clock.now().toISOString());
  if (!changed && missing.length + lost.length === 0) return;
  core.events.emit('snapshots.changed', { planId: null });
  tellDestinations(core, [id]);
}

/** The names at a destination with their sizes; not whole: there are more. */
async function sizesAt(driver: Destination): Promise<{ sizes: Map<string, number>; isWhole: boolean }> {
  const sizes = new Map<string, number>();
  let after: string | null = null;
  for (let page = 0; page < MOST_PAGES; page++) {
    const listed = await driver.list(after);
    for (const { name, bytes } of listed.objects) sizes.set(name, bytes);
    after = listed.next;
    if (after === null) break;
  }
  return { sizes, isWhole: after === null };
}
