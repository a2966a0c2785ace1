import type { Run } from '../../../src-shared/model/run.ts';
import { client } from '../../api/client.ts';
import { ActionButton } from '../../components/forms/action-button.tsx';

/** Starts a backup of a plan, and cancels the one that is active. @param active the run of the plan that has not ended */
export function BackUpNow({ planId, active }: { planId: string; active: Run | undefined }) {
  if (active?.kind === 'backup')
    return (
      <ActionButton
        key="cancel"
        variant="default"
        act={() => client.call('runs.cancel', { runId: active.id })}
        disabled={active.cancelRequested}
        flex="none"
      >
        Cancel
      </ActionButton>
    );
  return (
    <ActionButton key="start" act={() => client.call('backups.start', { planId })} flex="none">
      Back up now
    </ActionButton>
  );
}
