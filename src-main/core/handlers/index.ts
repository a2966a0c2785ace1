import type { CoreContext } from '../core-context.ts';
import { alertsHandlers } from './alerts.ts';
import { appHandlers } from './app.ts';
import { backupsHandlers } from './backups.ts';
import { databaseDeletionsHandlers } from './database-deletions.ts';
import { destinationsHandlers } from './destinations.ts';
import { filesHandlers } from './files.ts';
import type { Handlers } from './handler.ts';
import { importHandlers } from './imports.ts';
import { plansHandlers } from './plans.ts';
import { pruneHandlers } from './prune.ts';
import { recoveriesHandlers } from './recoveries.ts';
import { recoveryKitHandlers } from './recovery-kit.ts';
import { restoreTestsHandlers } from './restore-tests.ts';
import { restoresHandlers } from './restores.ts';
import { retentionHandlers } from './retention.ts';
import { runsHandlers } from './runs.ts';
import { schedulesHandlers } from './schedules.ts';
import { secretsHandlers } from './secrets.ts';
import { settingsHandlers } from './settings.ts';
import { snapshotsHandlers } from './snapshots.ts';
import { sourcesHandlers } from './sources.ts';
import { templatesHandlers } from './templates.ts';

/** Every handler of the contract; leaving one out does not compile. */
export function createHandlers(core: CoreContext): Handlers {
  return {
    ...appHandlers(core),
    ...settingsHandlers(core),
    ...plansHandlers(core),
    ...destinationsHandlers(core),
    ...sourcesHandlers(core),
    ...backupsHandlers(core),
    ...snapshotsHandlers(core),
    ...restoresHandlers(core),
    ...databaseDeletionsHandlers(core),
    ...pruneHandlers(core),
    ...runsHandlers(core),
    ...schedulesHandlers(core),
    ...retentionHandlers(core),
    ...restoreTestsHandlers(core),
    ...secretsHandlers(core),
    ...alertsHandlers(core),
    ...filesHandlers(core),
    ...recoveryKitHandlers(core),
    ...importHandlers(core),
    ...recoveriesHandlers(core),
    ...templatesHandlers(core),
  };
}
