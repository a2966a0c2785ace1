import type { CoreContext } from '../core-context.ts';
import type { Handlers, MethodsOf } from '../handler.ts';
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
