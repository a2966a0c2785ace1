import { Button } from '@mantine/core';
import { client } from '../../api/client.ts';
import { useAction } from '../../hooks/use-action.ts';

/** Starts a backup of a plan. */
export function BackUpNow({ planId, variant = 'filled' }: { planId: string; variant?: 'filled' | 'default' }) {
  const action = useAction();
  const start = (): void => {
    action.run(async () => {
      await client.call('backups.start', { planId });
    });
  };
  return (
    <Button variant={variant} onClick={start} loading={action.pending} flex="none">
      Back up now
    </Button>
  );
}
