import type { CoreContext } from '../core-context.ts';
import { startDrill } from '../jobs/drill.ts';
import type { Handlers, MethodsOf } from './handler.ts';
import { requirePlan } from './plans.ts';

const MOST_RECEIPTS = 50;

/** Starts restore drills and shows their receipts. */
export function drillsHandlers(core: CoreContext): Handlers<MethodsOf<'drills'>> {
  return {
    'drills.start': ({ planId }) => ({ run: startDrill(core, requirePlan(core.catalog, planId)) }),
    'drills.list': ({ planId }) => core.catalog.drills.list(requirePlan(core.catalog, planId).id, MOST_RECEIPTS),
  };
}
