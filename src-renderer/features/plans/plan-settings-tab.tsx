import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { Plan } from '../../../src-shared/model/plan.ts';
import { client } from '../../api/client.ts';
import { ErrorNotice } from '../../components/errors.tsx';
import { PathText } from '../../components/path-text.tsx';
import { useAction } from '../../components/use-action.ts';
import { usePlan } from '../../stores/plans-store.ts';
import { PlanKeySection } from './plan-key.tsx';
import { SnapshotFields } from './snapshot-fields.tsx';

/** Name, format and proof of a plan, and its end. */
export function PlanSettingsTab({ plan }: { plan: Plan }) {
  const places = usePlan(plan.id)?.destinations.map(({ label }) => label) ?? [];
  const [name, setName] = useState(plan.name);
  const [compression, setCompression] = useState(plan.compression);
  const [verifyAfterBackup, setVerify] = useState(plan.verifyAfterBackup);
  const [removing, setRemoving] = useState(false);
  const action = useAction('here');
  const save = (): void => {
    action.run(async () => {
      await client.call('plans.update', { planId: plan.id, name, compression, verifyAfterBackup });
      notifications.show({ message: 'Saved.', closeButtonProps: { 'aria-label': 'Close this message' } });
    });
  };
  return (
    <div className="card scroll-card">
      <Stack gap="md" maw={560}>
        <TextInput label="Name" value={name} onChange={(event) => setName(event.currentTarget.value)} maxLength={80} />
        <div>
          <Text size="sm" fw={500} mb={4}>
            Snapshots go to
          </Text>
          {places.map((place) => (
            <PathText key={place} path={place} />
          ))}
        </div>
        <SnapshotFields
          label="Format of new snapshots"
          compression={compression}
          onCompression={setCompression}
          verify={verifyAfterBackup}
          onVerify={setVerify}
        />
        {action.error !== null && <ErrorNotice error={action.error} />}
        <Group>
          <Button onClick={save} loading={action.pending} disabled={name.trim() === ''}>
            Save
          </Button>
          <Button variant="default" onClick={() => setRemoving(true)}>
            Remove plan…
          </Button>
        </Group>
        <PlanKeySection plan={plan} />
      </Stack>
      {removing && <RemovePlanDialog plan={plan} onClose={() => setRemoving(false)} />}
    </div>
  );
}

function RemovePlanDialog({ plan, onClose }: { plan: Plan; onClose(): void }) {
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
          Snapkeep forgets the plan. No file is deleted: the snapshots stay where they are, and a plan of the same name
          with the same destinations takes them up again.
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
