import { alertsHandlers } from './alerts/handlers.ts';
import { backupsHandlers } from './backup/handlers.ts';
import { copiesHandlers } from './copies/handlers.ts';
import type { CoreContext } from './core-context.ts';
import { databaseDeletionsHandlers } from './delete-database/handlers.ts';
import { destinationsHandlers } from './destinations/handlers.ts';
import type { Handlers } from './handler.ts';
import { importHandlers } from './import/handlers.ts';
import { plansHandlers } from './plans/handlers.ts';
import { sourcesHandlers } from './plans/source-handlers.ts';
import { pruneHandlers, retentionHandlers } from './prune/handlers.ts';
import { recoveriesHandlers } from './recover-plans/handlers.ts';
import { recoveryKitHandlers } from './recovery-kit/handlers.ts';
import { restoresHandlers } from './restore/handlers.ts';
import { runsHandlers } from './runs/handlers.ts';
import { schedulesHandlers } from './schedule/handlers.ts';
import { secretsHandlers } from './secrets/handlers.ts';
import { filesHandlers } from './settings/file-handlers.ts';
import { appHandlers, settingsHandlers } from './settings/handlers.ts';
import { snapshotsHandlers } from './snapshots/handlers.ts';
import { templatesHandlers } from './third-party/template-handlers.ts';
import { verifyHandlers } from './verify/handlers.ts';

/** Every handler of the contract; leaving one out does not compile. */
export function createHandlers(core: CoreContext): Handlers {
  return {
    ...appHandlers(core),
    ...settingsHandlers(core),
    ...plansHandlers(core),
    ...destinationsHandlers(core),
    ...copiesHandlers(core),
    ...sourcesHandlers(core),
    ...backupsHandlers(core),
    ...snapshotsHandlers(core),
    ...restoresHandlers(core),
    ...databaseDeletionsHandlers(core),
    ...pruneHandlers(core),
    ...runsHandlers(core),
    ...schedulesHandlers(core),
    ...retentionHandlers(core),
    ...verifyHandlers(core),
    ...secretsHandlers(core),
    ...alertsHandlers(core),
    ...filesHandlers(core),
    ...recoveryKitHandlers(core),
    ...importHandlers(core),
    ...recoveriesHandlers(core),
    ...templatesHandlers(core),
  };
}
