import type { ParsedParams } from '../../../src-shared/contract/methods.ts';
import type { Plan } from '../../../src-shared/model/plan.ts';
import { tellEverything } from '../catalog/changes.ts';
import type { CoreContext } from '../core-context.ts';
import { type ChosenDestination, chosenDestination } from '../destinations/chosen-destination.ts';
import { openDestination } from '../destinations/destination-access.ts';
import { recoverHistory } from '../history/recover-history.ts';
import { checkSource } from '../plans/check-source.ts';
import { recoverPlans } from './recover-plans.ts';

/** Recovers the chosen plans from a destination, and checks their sources. @throws SnapkeepError */
export async function recoverFrom(
  core: CoreContext,
  source: ChosenDestination,
  chosen: ParsedParams<'recoveries.apply'>['plans'],
): Promise<Plan[]> {
  const destination = await chosenDestination(core, source);
  const driver = await openDestination(core, destination);
  try {
    const plans = await recoverPlans(core, destination, driver, chosen);
    for (const [index, plan] of plans.entries())
      await recoverHistory(core, plan, chosen[index] as (typeof chosen)[number], { destination, driver });
    await Promise.all(plans.map((plan) => checkSource(core, plan)));
    return plans.map(({ id }) => core.catalog.plans.require(id));
  } finally {
    await driver.close();
    core.scheduler.tick();
    core.copier.tick();
    tellEverything(core);
  }
}
