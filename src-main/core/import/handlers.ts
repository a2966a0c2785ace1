import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import type { CoreContext } from '../core-context.ts';
import { chosenDestination } from '../destinations/chosen-destination.ts';
import type { Handlers } from '../handler.ts';
import { startBackupImport } from './import-backups.ts';
import { describeBackupAt, listBackupsAt } from './import-source.ts';

/** Lists, describes and imports backups that other programs have made. */
export function importHandlers(core: CoreContext): Handlers<MethodsOf<'imports'>> {
  return {
    'imports.list': (chosen, signal) => listBackupsAt(core, chosen, signal),
    'imports.describe': (asked, signal) => describeBackupAt(core, asked, signal),
    'imports.start': async ({ files, planId, newPlanName, key, ...chosen }) => {
      const plan = planId === undefined ? undefined : core.catalog.plans.require(planId);
      const given = key && (await core.keys.read(key));
      const destination = await chosenDestination(core, chosen);
      core.events.emit('destinations.changed', { destinationIds: [destination.id] });
      const order = { destination, plan, planName: newPlanName, paths: files ?? null, key: given };
      return { run: startBackupImport(core, order) };
    },
  };
}
