import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { CoreContext } from '../core-context.ts';
import type { Handlers, MethodsOf } from '../handler.ts';
import { checkEverything } from './check-everything.ts';
import { summarizePlan } from './plan-summary.ts';
import { createPlan, updatePlan } from './save-plan.ts';

/** Lists, makes, changes and removes plans. */
export function plansHandlers(core: CoreContext): Handlers<MethodsOf<'plans'>> {
  const { catalog, events } = core;
  return {
    'plans.list': () => catalog.plans.list().map((plan) => summarizePlan(core, plan)),
    'plans.check': async () => {
      await checkEverything(core);
      return {};
    },
    'plans.get': ({ planId }) => summarizePlan(core, catalog.plans.require(planId)),
    'plans.create': ({ key, encryptionSecrets, ...input }, signal) =>
      createPlan(core, input, { key, encryptionSecrets }, signal),
    'plans.update': ({ planId, key, encryptionSecrets, pruneConfirmation, ...change }, signal) =>
      updatePlan(core, planId, change, { key, encryptionSecrets, pruneConfirmation }, signal),
    'plans.remove': ({ planId }) => {
      catalog.plans.require(planId);
      if (core.runs.active().some((run) => run.planId === planId)) {
        throw new SnapkeepError('BUSY', 'A run of this plan is active.', {
          hint: 'Wait until it ends or cancel it, then delete the plan.',
        });
      }
      const snapshotsLeft = catalog.kept.totals(planId).count;
      catalog.plans.remove(planId);
      events.emit('plans.changed', {});
      events.emit('snapshots.changed', { planId: null });
      return { snapshotsLeft };
    },
  };
}
