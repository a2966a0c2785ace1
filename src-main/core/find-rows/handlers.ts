import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import type { CoreContext } from '../core-context.ts';
import type { Handlers } from '../handler.ts';
import { startFindRows } from './find-rows.ts';

/** Finds rows in all snapshots of a plan. */
export function findRowsHandlers(
  core: CoreContext,
): Handlers<Extract<MethodsOf<'rows'>, 'rows.find' | 'rows.listFound'>> {
  return {
    'rows.find': ({ planId, ...search }) => ({ run: startFindRows(core, core.catalog.plans.require(planId), search) }),
    'rows.listFound': ({ runId }) => core.rowSearches.require(runId).found(),
  };
}
