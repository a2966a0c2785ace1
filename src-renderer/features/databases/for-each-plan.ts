import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { PlanSummary } from '../../../src-shared/model/plan.ts';
import { errorBody } from '../../api/error-body.ts';
import { showError } from '../../components/messages/errors.tsx';

/**
 * Does something for each of several plans, one after the other; of each that fails it shows why.
 * @param failed what a failure means, for example `not paused`
 * @returns for how many it was done
 */
export async function forEachPlan<P extends Pick<PlanSummary, 'plan'>>(
  plans: readonly P[],
  failed: string,
  work: (summary: P) => Promise<unknown>,
): Promise<number> {
  let done = 0;
  for (const summary of plans)
    try {
      await work(summary);
      done += 1;
    } catch (error) {
      const { code, message, hint } = errorBody(error);
      showError(
        new SnapkeepError(code, `${summary.plan.name} ${failed}: ${message}`, hint === undefined ? {} : { hint }),
      );
    }
  return done;
}
