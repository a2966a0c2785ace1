import type { CoreContext } from '../core-context.ts';
import type { Handlers, MethodsOf } from '../handler.ts';
import { requirePlan } from '../plans/handlers.ts';
import { startPrune } from './prune.ts';
import { previewPrune } from './prune-preview.ts';

/** Previews and starts prunes. */
export function pruneHandlers(core: CoreContext): Handlers<MethodsOf<'prune'>> {
  return {
    'prune.preview': ({ planId, ...request }) => previewPrune(core, requirePlan(core.catalog, planId), request),
    'prune.start': ({ planId, confirmation, ...request }) => ({
      run: startPrune(core, requirePlan(core.catalog, planId), request, confirmation),
    }),
  };
}
