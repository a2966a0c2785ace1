import { Button, Group, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import type { Plan } from '../../../src-shared/model/plan.ts';
import { PruneDialog } from '../prune/prune-dialog.tsx';
import { RetentionProjection } from '../retention/projection.tsx';
import { RetentionFields } from '../retention/retention-fields.tsx';

/** The retention of a plan. A change is reviewed before it is saved. */
export function RetentionTab({ plan }: { plan: Plan }) {
  const form = useForm({ initialValues: { retention: plan.retention } });
  const { retention } = form.values;
  const [reviewing, setReviewing] = useState(false);
  const changed = JSON.stringify(retention) !== JSON.stringify(plan.retention);
  return (
    <div className="card scroll-card">
      <Stack gap="md" maw={860}>
        <Text size="sm" c="dimmed">
          A snapshot is kept as long as any of these rules applies. All others are pruned after each successful backup.
          The newest valid snapshot, the newest restore-tested one, pinned snapshots and safety snapshots are always
          kept.
        </Text>
        <RetentionFields {...form.getInputProps('retention')} value={retention} />
        <RetentionProjection planId={plan.id} schedule={plan.schedule} timeZone={plan.timeZone} retention={retention} />
        <Group>
          <Button onClick={() => setReviewing(true)}>{changed ? 'Review and save' : 'Review and prune'}</Button>
        </Group>
      </Stack>
      {reviewing && <PruneDialog plan={plan} retention={retention} onClose={() => setReviewing(false)} />}
    </div>
  );
}
