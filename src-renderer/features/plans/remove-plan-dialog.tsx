import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useLocation } from 'wouter';
import type { Plan } from '../../../src-shared/model/plan.ts';
import { client } from '../../api/client.ts';
import { namesInWords } from '../../components/destination-look.tsx';
import { ErrorNotice } from '../../components/errors.tsx';
import { useAction } from '../../components/use-action.ts';
import { usePlan } from '../../stores/plans-store.ts';

/** Asks before a plan is forgotten; its snapshots stay. */
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
    <Modal
      opened
      onClose={onClose}
      title={`Remove the plan ${plan.name}?`}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <Stack gap="md">
        <Text size="sm">
          Snapkeep forgets the plan. No file is deleted: the snapshots stay in{' '}
          {namesInWords(destinations.map(({ name }) => name))}, and a plan of the same name with the same destinations
          takes them up again.
        </Text>
        {action.error !== null && <ErrorNotice error={action.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose} data-autofocus>
            Cancel
          </Button>
          <Button color="red.8" onClick={remove} loading={action.pending}>
            Remove {plan.name}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
