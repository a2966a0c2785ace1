import { Button, Group, NumberInput, Stack, Switch, Text } from '@mantine/core';
import { useState } from 'react';
import type { Plan } from '../../../src-shared/model/plan.ts';
import { PruneDialog } from '../prune/prune-dialog.tsx';

/** Which snapshots a prune keeps. A change is reviewed before it is saved. */
export function RetentionTab({ plan }: { plan: Plan }) {
  const [all, setAll] = useState(plan.retention.keepLast === null);
  const [keepLast, setKeepLast] = useState(plan.retention.keepLast ?? 30);
  const [reviewing, setReviewing] = useState(false);
  const retention = { keepLast: all ? null : keepLast };
  return (
    <div className="card">
      <Stack gap="md" maw={560}>
        <Text size="sm" c="dimmed">
          The newest good snapshot is never removed, nor are pinned ones and those kept before a restore. Damaged ones
          do not count.
        </Text>
        <Switch label="Keep everything" checked={all} onChange={(event) => setAll(event.currentTarget.checked)} />
        <NumberInput
          label="Keep the last"
          min={1}
          max={100_000}
          w={220}
          disabled={all}
          value={keepLast}
          onChange={(value) => setKeepLast(typeof value === 'number' ? value : keepLast)}
        />
        <Group>
          <Button onClick={() => setReviewing(true)}>
            {retention.keepLast === plan.retention.keepLast ? 'Review and prune' : 'Review and save'}
          </Button>
        </Group>
      </Stack>
      {reviewing && <PruneDialog plan={plan} retention={retention} onClose={() => setReviewing(false)} />}
    </div>
  );
}
