import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { ReattachPreview } from '../../../src-shared/model/destination.ts';
import { destinationLabel } from '../../../src-shared/words/destination-words.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import type { CoreContext } from '../core-context.ts';
import { confirmationOf } from '../engine/confirmation.ts';
import { attach, withDestination } from './destination-access.ts';
import { type Destination, MARKER_NAME } from './drivers/destination.ts';
import { objectsAt } from './drivers/list-all.ts';
import { readMarker } from './drivers/marker.ts';

/** How many names a preview reads at most. */
const MOST_NAMES = 10_000;

/** Previews what attaching a destination anew would find. Changes nothing. @throws SnapkeepError as its driver does */
export function previewReattach(core: CoreContext, destination: StoredDestination): Promise<ReattachPreview> {
  return withDestination(core, destination, (driver) => preview(core, destination, driver));
}

/**
 * Attaches a destination to what is stored at its location now: its marker is taken over, or a new one written.
 * @throws SnapkeepError `CONFLICT` when that has changed since the preview, and as its driver does
 */
export async function reattach(core: CoreContext, destination: StoredDestination, confirmation: string): Promise<void> {
  await withDestination(core, destination, async (driver) => {
    const now = await preview(core, destination, driver);
    if (now.confirmation !== confirmation) {
      throw new SnapkeepError('CONFLICT', `The content of ${now.label} has changed since the preview.`, {
        hint: 'Refresh the preview, then re-attach.',
      });
    }
    if (now.marker === 'unreadable') await driver.delete(MARKER_NAME);
    await attach(core, destination, driver);
  });
  core.catalog.copies.retryFailed(destination.id, core.clock.now().toISOString());
  core.copier.tick({ ignoreBackoff: true, destinationId: destination.id });
  core.scheduler.tick({ ignoreBackoff: true });
}

async function preview(
  { catalog }: CoreContext,
  { id, settings }: StoredDestination,
  driver: Destination,
): Promise<ReattachPreview> {
  const found = await readMarker(driver);
  const marker =
    found === null || found === 'unreadable'
      ? (found ?? 'none')
      : found === catalog.destinations.get(id)?.markerId
        ? 'same'
        : 'other';
  const names = new Set<string>();
  for await (const { name } of objectsAt(driver)) if (names.add(name).size >= MOST_NAMES) break;
  const stored = catalog.copies.named(id);
  const facts = {
    label: destinationLabel(settings),
    marker,
    files: names.size,
    snapshotsKnown: stored.length,
    snapshotsThere: stored.filter(({ name }) => names.has(name)).length,
  } as const;
  return { ...facts, confirmation: confirmationOf(id, facts, found) };
}
