import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { ScanOutcome } from '../../../src-shared/model/run.ts';
import type { Catalog } from '../catalog/catalog.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import type { Destination } from '../destinations/drivers/destination.ts';
import type { Clock } from '../ports.ts';
import { listingFinding } from './listing-finding.ts';

/**
 * Looks whether the attached files of the snapshots at a destination are still there. A copy that lost some is no longer
 * verified until a verification finds them again; nothing is read.
 * @param names of the files at the destination
 * @returns what is missing, for each snapshot
 */
export async function noteLostAttached(
  catalog: Catalog,
  clock: Clock,
  { id: destinationId }: StoredDestination,
  driver: Destination,
  names: ReadonlySet<string>,
): Promise<ScanOutcome['problems']> {
  const attached = catalog.copies.named(destinationId).filter(({ hasAttachedFiles }) => hasAttachedFiles);
  if (attached.length === 0) return [];
  const there = new Set([...names, ...(await driver.folders())]);
  const problems: ScanOutcome['problems'] = [];
  for (const { snapshotId: id, name, state, valid } of attached) {
    if (state !== 'stored') continue;
    const manifest = catalog.snapshots.manifestAt(id, destinationId);
    if (manifest === undefined) continue;
    const lost = lostOf(manifest, there);
    if (lost.length === 0) continue;
    const message = `Attached files are missing: ${lost.join(', ')}.`;
    problems.push({ name, message });
    if (valid !== false)
      catalog.snapshots.addVerification(id, destinationId, listingFinding('attachedFiles', 'failed', message, clock));
  }
  return problems;
}

function lostOf({ attachedFiles }: Manifest, there: ReadonlySet<string>): string[] {
  return attachedFiles
    .filter(({ storedName }) => storedName !== null && !there.has(storedName))
    .map(({ name, storedName }) => `${name} (${storedName})`);
}
