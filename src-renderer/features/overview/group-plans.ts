import type { PlanSummary } from '../../../src-shared/model/plan.ts';

/** Plans that are shown together. */
export interface PlansTogether {
  /** Their group; `null`: plans without a group. */
  group: string | null;
  plans: PlanSummary[];
}

/** Groups plans by their group, ignoring case: plans without a group first, then by name. */
export function groupPlans(plans: readonly PlanSummary[]): PlansTogether[] {
  const alone: PlansTogether = { group: null, plans: [] };
  const groups = new Map<string, PlansTogether>();
  for (const summary of plans) {
    const { group } = summary.plan;
    const key = group?.toLowerCase() ?? '';
    const together = group === null ? alone : (groups.get(key) ?? { group, plans: [] });
    together.plans.push(summary);
    if (group !== null) groups.set(key, together);
  }
  const sorted = [...groups.values()].sort((a, b) => (a.group ?? '').localeCompare(b.group ?? ''));
  return alone.plans.length === 0 ? sorted : [alone, ...sorted];
}

/** Returns the pause of a group; it is paused when all its plans with a schedule are. */
export function pauseOf({ plans }: PlansTogether): PlanSummary['plan']['paused'] {
  const scheduled = plans.filter(({ plan }) => plan.schedule.kind !== 'manual' || plan.paused !== null);
  const [first] = scheduled;
  return first !== undefined && scheduled.every(({ plan }) => plan.paused !== null) ? first.plan.paused : null;
}
