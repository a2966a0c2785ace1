import { Text } from '@mantine/core';
import type { PlanSummary } from '../../../src-shared/model/plan.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { ConfirmDialog } from '../../components/layout/confirm-dialog.tsx';
import { showUndo } from '../../components/messages/undo-notice.tsx';
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
      onConfirm={async () => {
        const deleted: PlanSummary[] = [];
        await forEachPlan(selected, 'not deleted', async (summary) => {
          await client.call('plans.remove', { planId: summary.plan.id });
          deleted.push(summary);
        });
        if (deleted.length === 0) return;
        showUndo(`${countInWords(deleted.length, 'plan is', 'plans are')} deleted.`, () =>
          forEachPlan(deleted, 'not put back', ({ plan }) => client.call('plans.putBack', { planId: plan.id })),
        );
      }}
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
