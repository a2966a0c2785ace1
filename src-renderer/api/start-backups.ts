import { SnapkeepError } from '../../src-shared/contract/errors.ts';
import { showError } from '../components/messages/errors.tsx';
import { client } from './client.ts';

/** Starts a backup of each plan; of one that cannot be started it shows why, and the others go on. */
export async function startBackups(planIds: readonly string[]): Promise<void> {
  const { failed } = await client.call('backups.startAll', { planIds: [...planIds] });
  for (const { planName, message } of failed)
    showError(new SnapkeepError('UNAVAILABLE', `Backup of ${planName} not started.`, { hint: message }));
}
