import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import { tellEverything } from '../catalog/changes.ts';
import type { CoreContext } from '../core-context.ts';
import { chosenDestination, driverAt } from '../destinations/chosen-destination.ts';
import { openDestination } from '../destinations/destination-access.ts';
import type { Handlers } from '../handler.ts';
import { checkSource } from '../plans/check-source.ts';
import { recoverPlans, scanForPlans } from './recover-plans.ts';

/** Reads what a destination tells of plans, and recovers them. */
export function recoveriesHandlers(core: CoreContext): Handlers<MethodsOf<'recoveries'>> {
  return {
    'recoveries.scan': async (source, signal) => {
      await using driver = await driverAt(core, source);
      return await scanForPlans(core.catalog, driver, signal);
    },
    'recoveries.apply': async ({ plans: chosen, ...source }) => {
      const destination = await chosenDestination(core, source);
      const driver = await openDestination(core, destination);
      try {
        const plans = await recoverPlans(core, destination, driver, chosen);
        await Promise.all(plans.map((plan) => checkSource(core, plan)));
        return { plans };
      } finally {
        await driver.close();
        core.scheduler.tick();
        core.copier.tick();
        tellEverything(core);
      }
    },
  };
}
