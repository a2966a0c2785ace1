import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import { tellPlans } from '../catalog/changes.ts';
import type { CoreContext } from '../core-context.ts';

/**
 * Deletes a plan. Its snapshots stay.
 * @returns how many they are
 * @throws SnapkeepError `NOT_FOUND`; `BUSY` while a run of it is active
 */
export function removePlan(core: CoreContext, planId: string): number {
  const { catalog, events, runs } = core;
  const plan = catalog.plans.require(planId);
  if (runs.active().some((run) => run.planId === planId)) {
    throw new SnapkeepError('BUSY', 'A run of this plan is active.', {
      hint: 'Wait until it ends or cancel it, then delete the plan.',
    });
  }
  const snapshotsLeft = catalog.kept.totals([planId]).get(planId)?.count ?? 0;
  catalog.removedPlans.remove(planId);
  tellPlans(core, plan);
  events.emit('snapshots.changed', { planId: null });
  return snapshotsLeft;
}

/** Puts a deleted plan back. @throws SnapkeepError `NOT_FOUND`; `CONFLICT` when something that it needs is taken or gone */
export function putBackPlan(core: CoreContext, planId: string): Plan {
  const plan = bringBack(core, planId);
  tellPlans(core, plan);
  core.events.emit('snapshots.changed', { planId: null });
  core.scheduler.tick();
  return plan;
}

function bringBack({ catalog }: CoreContext, planId: string): Plan {
  let known: boolean;
  try {
    known = catalog.removedPlans.bringBack(planId);
  } catch (cause) {
    throw new SnapkeepError('CONFLICT', 'The plan was not put back: its name is taken, or a destination was removed.', {
      hint: 'Rename the other plan, or make a new plan: its destinations still hold the snapshots.',
      cause,
    });
  }
  if (!known)
    throw new SnapkeepError('NOT_FOUND', 'The deleted plan is not known any more.', {
      hint: 'Make a new plan with the same name and destinations; it includes the snapshots.',
    });
  return catalog.plans.require(planId);
}
