import type { PlanSummary } from '../../../src-shared/model/plan.ts';
import { PausedAlert } from '../../components/messages/paused-alert.tsx';
import { useDialog } from '../../hooks/address.ts';
import { PruneDialog } from './prune-dialog.tsx';

/** Shows why the pruning of a plan is paused, and opens its review. */
export function PruningPausedBanner({ plan, pruningPaused }: Pick<PlanSummary, 'plan' | 'pruningPaused'>) {
  const { dialog, open, close } = useDialog(['review-pruning']);
  if (pruningPaused === null) return null;
  return (
    <>
      <PausedAlert action="Review…" onAction={() => open('review-pruning')}>
        {pruningPaused}
      </PausedAlert>
      {dialog !== null && <PruneDialog plan={plan} retention={plan.retention} onClose={close} />}
    </>
  );
}
