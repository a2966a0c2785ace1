import { Text } from '@mantine/core';
import { useLocation } from 'wouter';
import type { Plan } from '../../../src-shared/model/plan.ts';
import { client } from '../../api/client.ts';
import { ConfirmDialog } from '../../components/layout/confirm-dialog.tsx';
import { showUndo } from '../../components/messages/undo-notice.tsx';
import { namesInWords } from '../../components/status/destination-display.tsx';
import { usePlan } from '../../stores/core.ts';

/** Asks before a plan is deleted; its snapshots stay. */
export function RemovePlanDialog({ plan, onClose }: { plan: Plan; onClose(): void }) {
  const destinations = usePlan(plan.id)?.destinations ?? [];
  const [, navigate] = useLocation();
  return (
    <ConfirmDialog
      title={`Delete the plan ${plan.name}?`}
      label={`Delete ${plan.name}`}
      removes
      onConfirm={async () => {
        await client.call('plans.remove', { planId: plan.id });
        navigate('/databases');
        showUndo(`The plan ${plan.name} is deleted.`, () => client.call('plans.putBack', { planId: plan.id }));
      }}
      onClose={onClose}
    >
      <Text size="sm">
        The snapshots stay in {namesInWords(destinations.map(({ name }) => name))}. A new plan with the same name and
        destinations includes them again.
      </Text>
    </ConfirmDialog>
  );
}
