import { create } from 'zustand';
import type { ErrorBody } from '../../src-shared/contract/errors.ts';
import type { PlanSummary } from '../../src-shared/model/plan.ts';
import { client } from '../api/client.ts';
import type { Answer } from '../hooks/use-answer.ts';
import { fetchInto } from './fetch-into.ts';

interface PlansState {
  plans: PlanSummary[] | null;
  error: ErrorBody | null;
}

/** All plans and their states; `null` until they are fetched. */
export const usePlansStore = create<PlansState>(() => ({ plans: null, error: null }));

/** Fetches the plans. */
export function fetchPlans(): Promise<void> {
  return fetchInto(usePlansStore, async () => ({ plans: await client.call('plans.list', {}) }));
}

/** Returns all plans, for fields and forms that need them. */
export function usePlans(): Answer<PlanSummary[]> {
  const { plans, error } = usePlansStore();
  return { value: plans, error, reload: () => void fetchPlans() };
}

/** Returns a plan; `undefined` if it does not exist. */
export function usePlan(planId: string): PlanSummary | undefined {
  return usePlansStore((state) => state.plans?.find(({ plan }) => plan.id === planId));
}
