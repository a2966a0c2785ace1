import { create } from 'zustand';
import type { PlanSummary } from '../../src-shared/model/plan.ts';

/** Every plan and where it stands; `null` until they have been fetched. */
export const usePlansStore = create<{ plans: PlanSummary[] | null }>(() => ({ plans: null }));

/** One plan; `undefined` when there is none of this id. */
export function usePlan(planId: string): PlanSummary | undefined {
  return usePlansStore((state) => state.plans?.find(({ plan }) => plan.id === planId));
}
