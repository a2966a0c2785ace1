import type { PlanState, PlanSummary } from '../../model/plan.ts';
import { worstState } from './health.ts';

const TROUBLE: ReadonlySet<PlanState> = new Set([
  'failed',
  'overdue',
  'unavailable',
  'incomplete',
  'waiting',
  'unverified',
]);

/** What a plan is judged by at a glance. */
export type Judged = Pick<PlanSummary, 'state' | 'pruningPaused'>;

/** Whether a person should look at a plan. Pruning that waits for a review counts, whatever the state beside it. */
export const needsAttention = ({ state, pruningPaused }: Judged): boolean =>
  TROUBLE.has(state) || pruningPaused !== null;

/** Whether a plan is `paused` because its pruning waits for a review, and not because a person paused it. */
export const isPruningPaused = ({ state, pruningPaused }: Judged): boolean =>
  state === 'paused' && pruningPaused !== null;

/** Returns the plans whose state says how all of them stand: those in the worst state, before all others those in trouble. */
export function worstOf<P extends Judged>(plans: readonly P[]): P[] {
  const troubled = plans.filter(needsAttention);
  const some = troubled.length > 0 ? troubled : plans;
  const worst = worstState(some.map(({ state }) => state));
  return some.filter(({ state }) => state === worst);
}
