import type { CoreContext } from '../core-context.ts';
import type { Handlers, MethodsOf } from '../handler.ts';
import { requirePlan } from '../plans/handlers.ts';
import { startRestoreTest } from './restore-test.ts';

const MOST_RECEIPTS = 50;

/** Starts restore tests and shows their receipts. */
export function restoreTestsHandlers(core: CoreContext): Handlers<MethodsOf<'restoreTests'>> {
  return {
    'restoreTests.start': ({ planId }) => ({ run: startRestoreTest(core, requirePlan(core.catalog, planId)) }),
    'restoreTests.list': ({ planId }) =>
      core.catalog.restoreTests.list(requirePlan(core.catalog, planId).id, MOST_RECEIPTS),
  };
}
