import { client } from '../../api/client.ts';
import { ActionButton } from '../../components/forms/action-button.tsx';

/** Starts a backup of a plan. */
export function BackUpNow({ planId }: { planId: string }) {
  return (
    <ActionButton act={() => client.call('backups.start', { planId })} flex="none">
      Back up now
    </ActionButton>
  );
}
