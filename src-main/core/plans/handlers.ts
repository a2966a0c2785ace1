import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import type { CoreContext } from '../core-context.ts';
import { planStorage } from '../destinations/storage-history.ts';
import { canonicalFilePath } from '../engine/files/paths.ts';
import type { Handlers } from '../handler.ts';
import { checkEverything } from './check-everything.ts';
import { compareSource } from './compare-source.ts';
import { describeSource } from './describe-source.ts';
import { summarizePlans } from './plan-summary.ts';
import { putBackPlan, removePlan } from './remove-plan.ts';
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
    'plans.storage': ({ planId }) => planStorage(core, catalog.plans.require(planId).id),
    'plans.create': ({ key, encryptionSecrets, ...input }, signal) =>
      createPlan(core, input, { key, encryptionSecrets }, signal),
    'plans.update': ({ planId, key, encryptionSecrets, pruneConfirmation, unchangedSince, ...change }, signal) =>
      updatePlan(core, planId, change, { key, encryptionSecrets, pruneConfirmation, unchangedSince }, signal),
    'plans.remove': ({ planId }) => ({ snapshotsLeft: removePlan(core, planId) }),
    'plans.putBack': ({ planId }) => putBackPlan(core, planId),
  };
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
