import { planNameFromPath } from '../../../src-shared/rules/naming.ts';
import type { CoreContext } from '../core-context.ts';
import { startBackup } from '../jobs/backup.ts';
import type { Handlers, MethodsOf } from './handler.ts';
import { requirePlan } from './plans.ts';

/** Starts backups. */
export function backupsHandlers(core: CoreContext): Handlers<MethodsOf<'backups'>> {
  return {
    'backups.start': async (params) => {
      const ownName = params.name ?? null;
      if ('planId' in params) {
        const plan = requirePlan(core.catalog, params.planId);
        const { id, name, sourcePath, destination, compression, verifyAfterBackup } = plan;
        return {
          run: await startBackup(core, {
            plan: { id, name },
            sourcePath,
            folder: destination.path,
            ownName,
            compression,
            verify: params.verify ?? verifyAfterBackup,
          }),
        };
      }
      const { source, to, compression = 'gz', verify = true } = params;
      const plan = { id: null, name: planNameFromPath(source) };
      return { run: await startBackup(core, { plan, sourcePath: source, folder: to, ownName, compression, verify }) };
    },
  };
}
