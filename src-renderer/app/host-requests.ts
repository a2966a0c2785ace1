import { navigate } from 'wouter/use-hash-location';
import { client } from '../api/client.ts';
import { openRestore } from '../features/restore/restore-store.ts';

/** Does what the host asks the window for: to show a place, or to restore a file that was opened. */
export function followHostRequests(): void {
  client.on('place.requested', ({ place }) => navigate(place));
  client.on('restore.requested', ({ path }) => openRestore({ source: { path } }));
}
