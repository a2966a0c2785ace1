import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { CoreContext } from '../core-context.ts';
import { alertsHandlers } from './alerts.ts';
import { appHandlers } from './app.ts';
import { backupsHandlers } from './backups.ts';
import { destinationsHandlers } from './destinations.ts';
import { drillsHandlers } from './drills.ts';
import { filesHandlers } from './files.ts';
import type { Handlers } from './handler.ts';
import { plansHandlers } from './plans.ts';
import { pruneHandlers } from './prune.ts';
import { restoresHandlers } from './restores.ts';
import { retentionHandlers } from './retention.ts';
import { runsHandlers } from './runs.ts';
import { schedulesHandlers } from './schedules.ts';
import { secretsHandlers } from './secrets.ts';
import { settingsHandlers } from './settings.ts';
import { snapshotsHandlers } from './snapshots.ts';
import { sourcesHandlers } from './sources.ts';

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
    ...pruneHandlers(core),
    ...runsHandlers(core),
    ...schedulesHandlers(core),
    ...retentionHandlers(core),
    ...drillsHandlers(core),
    ...secretsHandlers(core),
    ...alertsHandlers(core),
    ...filesHandlers(core),
    'recoveryKit.make': noRecoveryKit,
    'recoveryKit.status': noRecoveryKit,
    'recoveryKit.save': noRecoveryKit,
    'recoveryKit.markSaved': noRecoveryKit,
  };
}

function noRecoveryKit(): never {
  throw new SnapkeepError('UNSUPPORTED', 'There is no recovery kit yet.', { hint: 'Keep the keys in a safe place.' });
}
