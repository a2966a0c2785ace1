import type { PlanState } from '../../model/plan.ts';
import type { MutedPlan } from '../../model/settings.ts';

/** Whether a plan is muted in the state that it is in. */
export const isMuted = (muted: readonly MutedPlan[], planId: string, state: PlanState): boolean =>
  muted.some((each) => each.planId === planId && each.state === state);

/**
 * Returns the muted plans after one was muted or unmuted. Plans that were deleted or are in another state by now are left
 * out: a plan that fails again later is reported again.
 * @param states where each plan stands now, by its id
 */
export function withMuted(
  muted: readonly MutedPlan[],
  states: ReadonlyMap<string, PlanState>,
  planId: string,
  mute: boolean,
): MutedPlan[] {
  const others = muted.filter((each) => each.planId !== planId && states.get(each.planId) === each.state);
  const state = states.get(planId);
  return mute && state !== undefined ? [...others, { planId, state }] : others;
}
