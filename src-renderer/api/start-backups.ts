import { client } from './client.ts';

/** Starts a backup of each plan; one that cannot start keeps none of the others. @throws what the first of them met */
export async function startBackups(planIds: readonly string[]): Promise<void> {
  const started = await Promise.allSettled(planIds.map((planId) => client.call('backups.start', { planId })));
  const failed = started.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}
