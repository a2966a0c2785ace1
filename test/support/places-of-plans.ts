import type { DestinationSummary, SuggestedFolder } from '../../src-shared/model/destination.ts';

/** A destination that is ready. @param path of a folder; `null`: a server */
export function destinationAt(id: string, path: string | null): Pick<DestinationSummary, 'destination' | 'state'> {
  const server = {
    ...{ kind: 'sftp' as const, host: 'nas', port: 22, user: 'ann', path: 'backups' },
    ...{ login: { kind: 'password' as const }, hostKey: null, bytesPerSecond: null },
  };
  const settings = path === null ? server : { kind: 'folder' as const, path, bytesPerSecond: null };
  const at = '2026-11-20T02:00:00.000Z';
  return { state: 'ready', destination: { id, name: id, settings, createdAt: at, updatedAt: at } };
}

/** A folder that is suggested on a disk. */
export function suggestionOf(volume: string, sameDisk: boolean): SuggestedFolder {
  return { path: `${volume}/Snapkeep`, volume, kind: sameDisk ? 'home' : 'removable', freeBytes: null, sameDisk };
}
