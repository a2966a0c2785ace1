import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import { tellPlans } from '../catalog/changes.ts';
import type { CoreContext } from '../core-context.ts';
import { canonicalFilePath } from '../engine/files/paths.ts';
import type { Handlers } from '../handler.ts';
import { checkEverything } from './check-everything.ts';
import { compareSource } from './compare-source.ts';
import { describeSource } from './describe-source.ts';
import { summarizePlans } from './plan-summary.ts';
import { createPlan, updatePlan } from './save-plan.ts';

/** Lists, makes, changes and removes plans. */
export function plansHandlers(core: CoreContext): Handlers<MethodsOf<'plans'>> {
  const { catalog } = core;
  return {
    'plans.list': ({ planIds }) => summarizePlans(core, planIds),
    'plans.check': async () => {
      await checkEverything(core);
      return {};
    },
    'plans.get': ({ planId }) => {
      catalog.plans.require(planId);
      const [summary] = summarizePlans(core, [planId]);
      if (summary === undefined) throw new Error('A plan has no summary.');
      return summary;
    },
    'plans.create': ({ key, encryptionSecrets, ...input }, signal) =>
      createPlan(core, input, { key, encryptionSecrets }, signal),
    'plans.update': ({ planId, key, encryptionSecrets, pruneConfirmation, unchangedSince, ...change }, signal) =>
      updatePlan(core, planId, change, { key, encryptionSecrets, pruneConfirmation, unchangedSince }, signal),
    'plans.remove': ({ planId }) => {
      const plan = catalog.plans.require(planId);
      if (core.runs.active().some((run) => run.planId === planId)) {
        throw new SnapkeepError('BUSY', 'A run of this plan is active.', {
          hint: 'Wait until it ends or cancel it, then delete the plan.',
        });
      }
      const snapshotsLeft = catalog.kept.totals([planId]).get(planId)?.count ?? 0;
      catalog.removedPlans.remove(planId);
      tellPlans(core, plan);
      core.events.emit('snapshots.changed', { planId: null });
      return { snapshotsLeft };
    },
    'plans.putBack': ({ planId }) => {
      const plan = bringBack(core, planId);
      tellPlans(core, plan);
      core.events.emit('snapshots.changed', { planId: null });
      core.scheduler.tick();
      return plan;
    },
  };
}

/** @throws SnapkeepError `NOT_FOUND`; `CONFLICT` when something that it needs is taken or gone */
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

/** Says what databases are. */
export function sourcesHandlers(core: CoreContext): Handlers<MethodsOf<'sources'>> {
  return {
    'sources.describe': async ({ path, key }, signal) =>
      describeSource(core, await canonicalFilePath(path), key && (await core.keys.read(key)), signal),
    'sources.compare': async ({ planId, path, key }, signal) =>
      compareSource(core, planId, await canonicalFilePath(path), key && (await core.keys.read(key)), signal),
  };
}
