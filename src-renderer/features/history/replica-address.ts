import { Replica } from '../../../src-shared/model/history/replica.ts';

/** Returns the address of a page on a replica of Litestream. @param more parameters of the page */
export function replicaAddress(page: string, replica: Replica, more: Record<string, string> = {}): string {
  const own = 'path' in replica ? { folder: replica.path } : { place: replica.destinationId, folder: replica.folder };
  return `${page}?${new URLSearchParams({ ...own, ...more })}`;
}

/** Returns the replica that an address names; `null`: it names none. */
export function replicaOf(parameters: URLSearchParams): Replica | null {
  const folder = parameters.get('folder') ?? '';
  const place = parameters.get('place');
  return Replica.safeParse(place === null ? { path: folder } : { destinationId: place, folder }).data ?? null;
}

/** Returns the name of the folder of a replica; `null`: it is a destination itself. */
export function replicaName(replica: Replica): string | null {
  const folder = 'path' in replica ? replica.path : replica.folder;
  return folder.split(/[\\/]/).findLast((name) => name !== '') ?? null;
}
