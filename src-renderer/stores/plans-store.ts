import { create } from 'zustand';
import type { PlanSummary } from '../../src-shared/model/plan.ts';

/** All plans and their states; `null` until they are fetched. */
export const usePlansStore = create<{ plans: PlanSummary[] | null }>(() => ({ plans: null }));

/** Returns a plan; `undefined` if it does not exist. */
export function usePlan(planId: string): PlanSummary | undefined {
  return usePlansStore((state) => state.plans?.find(({ plan }) => plan.id === planId));
}
