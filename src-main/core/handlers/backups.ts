import type { Run } from '../../../src-shared/model/run.ts';
import { planNameFromPath } from '../../../src-shared/rules/naming.ts';
import type { CoreContext } from '../core-context.ts';
import { explainError } from '../engine/engine-errors.ts';
import { orderOf, startBackup } from '../jobs/backup.ts';
import type { Handlers, MethodsOf } from './handler.ts';
import { plansOfGroup, requirePlan } from './plans.ts';

/** Starts backups. */
export function backupsHandlers(core: CoreContext): Handlers<MethodsOf<'backups'>> {
  return {
    'backups.startGroup': async ({ group }) => {
      const runs: Run[] = [];
      const failed: { planId: string; planName: string; message: string }[] = [];
      for (const plan of plansOfGroup(core.catalog, group)) {
        try {
          runs.push(await startBackup(core, orderOf(core, plan)));
        } catch (error) {
          failed.push({ planId: plan.id, planName: plan.name, message: explainError(error, plan.sourcePath).message });
        }
      }
      return { runs, failed };
    },
    'backups.start': async (params) => {
      const ownName = params.name ?? null;
      if ('planId' in params) {
        const order = orderOf(core, requirePlan(core.catalog, params.planId));
        return { run: await startBackup(core, { ...order, ownName, verify: params.verify ?? order.verify }) };
      }
      const { source, to, compression = 'gz', verify = true, key: given } = params;
      const key = given && (await core.keys.read(given));
      const keys = () => (key === undefined ? core.keys.all() : [key]);
      const plan = { id: null, name: planNameFromPath(source) };
      const order = {
        plan,
        sourcePath: source,
        to: { folder: to },
        ownName,
        compression,
        seal: null,
        companions: [],
        verify,
        slot: null,
        keys,
      };
      return { run: await startBackup(core, order) };
    },
  };
}
