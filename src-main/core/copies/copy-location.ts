import type { Catalog } from '../catalog/catalog.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import { locationOf } from '../destinations/destination-access.ts';

/** Returns where the file of a snapshot is at a destination, for people and as a lock. */
export function copyLocation(
  { copies }: Catalog,
  destination: StoredDestination,
  snapshot: { id: string; name: string },
): string {
  return locationOf(destination, copies.nameOf(snapshot, destination.id));
}
