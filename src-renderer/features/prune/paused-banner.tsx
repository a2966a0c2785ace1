import { Alert, Button, Group, Text } from '@mantine/core';
import { IconPlayerPause } from '@tabler/icons-react';
import type { PlanSummary } from '../../../src-shared/model/plan.ts';
import { useDialog } from '../../hooks/address.ts';
import { PruneDialog } from './prune-dialog.tsx';

/** Shows why the pruning of a plan is paused, and opens its review. */
export function PruningPausedBanner({ plan, pruningPaused }: Pick<PlanSummary, 'plan' | 'pruningPaused'>) {
  const { dialog, open, close } = useDialog(['review-pruning']);
  if (pruningPaused === null) return null;
  return (
    <Alert className="tone-warn" icon={<IconPlayerPause size={18} />} role="status">
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <Text size="sm" className="wraps">
          {pruningPaused}
        </Text>
        <Button size="compact-sm" variant="default" flex="none" onClick={() => open('review-pruning')}>
          Review…
        </Button>
      </Group>
      {dialog !== null && <PruneDialog plan={plan} retention={plan.retention} onClose={close} />}
    </Alert>
  );
}
