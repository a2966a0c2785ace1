import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { PlanSummary } from '../../../src-shared/model/plan.ts';
import { errorBody } from '../../api/error-body.ts';
import { showError } from '../../components/messages/errors.tsx';

/** What a dialog that changes a setting of several plans is given. */
export interface PlansDialogProps {
  /** The plans as they were when the dialog was opened. */
  selected: readonly PlanSummary[];
  /** @param failed the plans that were not changed */
  onEnd(failed: readonly PlanSummary[]): void;
  onClose(): void;
}

/**
 * Does something for each of several plans, one after the other; of each that fails it shows why.
 * @param failed what a failure means, for example `not paused`
 * @returns those for which it failed
 */
export async function forEachPlan<P extends Pick<PlanSummary, 'plan'>>(
  plans: readonly P[],
  failed: string,
  work: (summary: P) => Promise<unknown>,
): Promise<P[]> {
  const failures: P[] = [];
  for (const summary of plans)
    try {
      await work(summary);
    } catch (error) {
      failures.push(summary);
      const { code, message, hint } = errorBody(error);
      showError(
        new SnapkeepError(code, `${summary.plan.name} ${failed}: ${message}`, hint === undefined ? {} : { hint }),
      );
    }
  return failures;
}
