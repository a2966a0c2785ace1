import { client } from '../api/client.ts';
import { openRestore } from '../features/restore/restore-store.ts';
import { navigate } from '../hooks/address.ts';

/** Handles requests of the host: to show a page, or to restore a file that was opened. */
export function followHostRequests(): void {
  client.on('page.requested', ({ page }) => navigate(page));
  client.on('restore.requested', ({ path }) => openRestore({ source: { path } }));
}
