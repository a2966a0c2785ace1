import { Text } from '@mantine/core';
import type { PlanSummary } from '../../../src-shared/model/plan.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { ConfirmDialog } from '../../components/layout/confirm-dialog.tsx';
import { namesInWords } from '../../components/status/destination-display.tsx';
import { forEachPlan } from './for-each-plan.ts';

/** Asks before several plans are deleted; their snapshots stay. */
export function DeletePlansDialog({ selected, onClose }: { selected: readonly PlanSummary[]; onClose(): void }) {
  const plans = countInWords(selected.length, 'plan');
  const snapshots = selected.reduce((sum, { snapshotCount }) => sum + snapshotCount, 0);
  return (
    <ConfirmDialog
      title={`Delete ${plans}?`}
      label={`Delete ${plans}`}
      removes
      onConfirm={() =>
        forEachPlan(selected, 'not deleted', ({ plan }) => client.call('plans.remove', { planId: plan.id }))
      }
      onClose={onClose}
    >
      <Text size="sm" className="wraps">
        {namesInWords(selected.map(({ plan }) => plan.name))}.
      </Text>
      <Text size="sm">
        {snapshots === 0
          ? 'They have no snapshots.'
          : `${countInWords(snapshots, 'snapshot stays', 'snapshots stay')} at their destinations. New plans with the same names and destinations include them again.`}
      </Text>
    </ConfirmDialog>
  );
}
