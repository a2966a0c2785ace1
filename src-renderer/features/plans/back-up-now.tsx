import { client } from '../../api/client.ts';
import { ActionButton } from '../../components/forms/action-button.tsx';

/** Starts a backup of a plan. */
export function BackUpNow({ planId, variant = 'filled' }: { planId: string; variant?: 'filled' | 'default' }) {
  return (
    <ActionButton variant={variant} act={() => client.call('backups.start', { planId })} flex="none">
      Back up now
    </ActionButton>
  );
}
