import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import type { CoreContext } from '../core-context.ts';
import { driverAt } from '../destinations/chosen-destination.ts';
import type { Handlers } from '../handler.ts';
import { recoverFrom } from './recover-from.ts';
import { scanForPlans } from './recover-plans.ts';

/** Reads what a destination tells of plans, and recovers them. */
export function recoveriesHandlers(core: CoreContext): Handlers<MethodsOf<'recoveries'>> {
  return {
    'recoveries.scan': async (source, signal) => {
      await using driver = await driverAt(core, source);
      return await scanForPlans(core.catalog, driver, signal);
    },
    'recoveries.apply': async ({ plans, ...source }) => ({ plans: await recoverFrom(core, source, plans) }),
  };
}
