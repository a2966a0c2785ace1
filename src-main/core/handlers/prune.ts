import type { CoreContext } from '../core-context.ts';
import { startPrune } from '../jobs/prune.ts';
import { previewPrune } from '../jobs/prune-preview.ts';
import type { Handlers, MethodsOf } from './handler.ts';
import { requirePlan } from './plans.ts';

/** Previews and starts prunes. */
export function pruneHandlers(core: CoreContext): Handlers<MethodsOf<'prune'>> {
  return {
    'prune.preview': ({ planId, retention }) => {
      const plan = requirePlan(core.catalog, planId);
      return previewPrune(core, plan, retention);
    },
    'prune.start': ({ planId, retention, confirmation }) => {
      const plan = requirePlan(core.catalog, planId);
      return { run: startPrune(core, plan, retention, confirmation) };
    },
  };
}
