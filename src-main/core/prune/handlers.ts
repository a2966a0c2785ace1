import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import type { CoreContext } from '../core-context.ts';
import type { Handlers } from '../handler.ts';
import { projectPolicy } from './project-policy.ts';
import { startPrune } from './prune.ts';
import { previewPrune } from './prune-preview.ts';

/** Previews and starts prunes. */
export function pruneHandlers(core: CoreContext): Handlers<MethodsOf<'prune'>> {
  return {
    'prune.preview': ({ planId, ...request }) => previewPrune(core, core.catalog.plans.require(planId), request),
    'prune.start': ({ planId, confirmation, ...request }) => ({
      run: startPrune(core, core.catalog.plans.require(planId), request, confirmation),
    }),
  };
}

/** Says what a policy would come to. */
export function retentionHandlers(core: CoreContext): Handlers<MethodsOf<'retention'>> {
  return {
    'retention.project': (asked) => projectPolicy(core, asked),
  };
}
