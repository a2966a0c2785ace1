import { Text } from '@mantine/core';
import { useLocation } from 'wouter';
import type { Plan } from '../../../src-shared/model/plan.ts';
import { client } from '../../api/client.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { namesInWords } from '../../components/destination-display.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { usePlan } from '../../stores/core.ts';

/** Asks before a plan is deleted; its snapshots stay. */
export function RemovePlanDialog({ plan, onClose }: { plan: Plan; onClose(): void }) {
  const destinations = usePlan(plan.id)?.destinations ?? [];
  const [, navigate] = useLocation();
  const action = useAction('here');
  const remove = (): void => {
    action.run(async () => {
      await client.call('plans.remove', { planId: plan.id });
      navigate('/');
    });
  };
  return (
    <ConfirmDialog
      title={`Delete the plan ${plan.name}?`}
      label={`Delete ${plan.name}`}
      removes
      onConfirm={remove}
      action={action}
      onClose={onClose}
    >
      <Text size="sm">
        The snapshots stay in {namesInWords(destinations.map(({ name }) => name))}. A new plan with the same name and
        destinations includes them again.
      </Text>
    </ConfirmDialog>
  );
}
