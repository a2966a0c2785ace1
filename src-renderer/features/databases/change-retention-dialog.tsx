import { Button, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { Link } from 'wouter';
import type { PlanSummary, Retention } from '../../../src-shared/model/plan.ts';
import type { PrunePreview } from '../../../src-shared/model/prune.ts';
import { keptInWords } from '../../../src-shared/words/retention-words.ts';
import { countInWords } from '../../../src-shared/words/wording.ts';
import { client } from '../../api/client.ts';
import { DialogButtons } from '../../components/forms/dialog-buttons.tsx';
import { Dialog } from '../../components/layout/dialog.tsx';
import { ScrollTable } from '../../components/layout/scroll-table.tsx';
import { ErrorNotice } from '../../components/messages/errors.tsx';
import { showDone } from '../../components/messages/notices.ts';
import { useAction } from '../../hooks/use-action.ts';
import { RetentionFields } from '../retention/retention-fields.tsx';
import { forEachPlan, type PlansDialogProps } from './for-each-plan.ts';

interface Reviewed extends PlanSummary {
  preview: PrunePreview;
  /** Why nothing of it is removed here, as a sentence; `null`: nothing holds it. */
  held: string | null;
}

/**
 * Changes the retention of several plans after a review of what that removes. A plan that would lose content, or whose
 * pruning is paused, loses nothing here: it is reviewed on its own page.
 */
export function ChangeRetentionDialog({
  selected,
  initial,
  onEnd,
  onClose,
}: PlansDialogProps & { initial: Retention }) {
  const [retention, setRetention] = useState(initial);
  const [reviewed, setReviewed] = useState<readonly Reviewed[] | null>(null);
  const action = useAction('here');
  const plans = countInWords(selected.length, 'plan');
  const removable = reviewed?.filter(({ held, preview }) => held === null && preview.removed.length > 0) ?? [];
  const removed = countInWords(
    removable.reduce((sum, { preview }) => sum + preview.removedCount, 0),
    'snapshot',
  );
  const review = async (): Promise<void> => {
    const found: Reviewed[] = [];
    for (const summary of selected) {
      const preview = await client.call('prune.preview', { planId: summary.plan.id, retention, review: true });
      found.push({ ...summary, preview, held: heldBy(preview) });
    }
    setReviewed(found);
  };
  const save = async (prune: boolean): Promise<void> => {
    const changes = reviewed ?? [];
    const failed = await forEachPlan(changes, 'not changed', async ({ plan, preview, held }) => {
      const { confirmation } = preview;
      const seen = held === null ? { pruneConfirmation: confirmation } : {};
      await client.call('plans.update', { planId: plan.id, retention, ...seen, unchangedSince: plan.updatedAt });
      if (prune && held === null && preview.removed.length > 0)
        await client.call('prune.start', { planId: plan.id, retention, review: true, confirmation });
    });
    const saved = changes.length - failed.length;
    if (saved > 0) showDone(`${countInWords(saved, 'plan')} changed.${prune ? ` Removing ${removed}.` : ''}`);
    setReviewed(null);
    onEnd(failed);
  };
  return (
    <Dialog opened onClose={onClose} title={`Change retention of ${plans}`} size="lg">
      <Stack gap="md">
        {reviewed === null ? (
          <RetentionFields value={retention} onChange={setRetention} />
        ) : (
          <>
            <Text size="sm">New retention: {keptInWords(retention)}.</Text>
            <Review reviewed={reviewed} />
          </>
        )}
        {action.error !== null && <ErrorNotice error={action.error} />}
        <DialogButtons onClose={onClose}>
          {reviewed === null ? (
            <Button loading={action.pending} onClick={() => action.run(review)}>
              Review
            </Button>
          ) : (
            <>
              <Button variant="default" disabled={action.pending} onClick={() => setReviewed(null)}>
                Back
              </Button>
              <Button
                variant={removable.length > 0 ? 'default' : 'filled'}
                loading={action.pending}
                onClick={() => action.run(() => save(false))}
              >
                {removable.length > 0 ? 'Change without removing' : `Change ${plans}`}
              </Button>
              {removable.length > 0 && (
                <Button color="red.8" loading={action.pending} onClick={() => action.run(() => save(true))}>
                  Change and remove {removed}
                </Button>
              )}
            </>
          )}
        </DialogButtons>
      </Stack>
    </Dialog>
  );
}

function heldBy({ brakes, warnings }: PrunePreview): string | null {
  return brakes[0]?.reasons[0]?.message ?? warnings[0] ?? null;
}

/** What the change removes and keeps of each plan. */
function Review({ reviewed }: { reviewed: readonly Reviewed[] }) {
  return (
    <ScrollTable label="Effect of the change" columns={['Plan', { number: 'Remove' }, { number: 'Keep' }]}>
      {reviewed.map(({ plan, preview: { removedCount, keptCount }, held }) => (
        <tr key={plan.id}>
          <td className="wraps">
            <bdi>{plan.name}</bdi>
            {held !== null && (
              <Text size="xs" c="dimmed">
                Nothing is removed before you review it on{' '}
                <Link to={`/databases/${plan.id}`} className="text-link">
                  its page
                </Link>
                . {held}
              </Text>
            )}
          </td>
          <td className="number">{held === null ? removedCount.toLocaleString('en-US') : '0'}</td>
          <td className="number">{(held === null ? keptCount : keptCount + removedCount).toLocaleString('en-US')}</td>
        </tr>
      ))}
    </ScrollTable>
  );
}
