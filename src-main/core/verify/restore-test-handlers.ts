import type { CoreContext } from '../core-context.ts';
import type { Handlers, MethodsOf } from '../handler.ts';
import { startRestoreTest } from './restore-test.ts';

const MOST_RECEIPTS = 50;

/** Starts restore tests and shows their receipts. */
export function restoreTestsHandlers(core: CoreContext): Handlers<MethodsOf<'restoreTests'>> {
  return {
    'restoreTests.start': ({ planId }) => ({ run: startRestoreTest(core, core.catalog.plans.require(planId)) }),
    'restoreTests.list': ({ planId }) =>
      core.catalog.restoreTests.list(core.catalog.plans.require(planId).id, MOST_RECEIPTS),
  };
}
