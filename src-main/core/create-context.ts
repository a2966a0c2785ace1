import packageJson from '../../package.json' with { type: 'json' };
import { timeLimitMinutes } from '../../src-shared/schedule/time-limit.ts';
import { AlertDelivery } from './alerts/alert-delivery.ts';
import { Channels } from './alerts/channels.ts';
import { Watchdog } from './alerts/watchdog.ts';
import type { AutomaticWork } from './automatic-work.ts';
import { OpenCopies } from './browse/open-copies.ts';
import { Views } from './browse/views.ts';
import type { Catalog } from './catalog/catalog.ts';
import { Copier } from './copies/copier.ts';
import type { CoreContext } from './core-context.ts';
import { createScheduler } from './create-scheduler.ts';
import { areReachable } from './destinations/destination-access.ts';
import { Throttles } from './destinations/drivers/throttle.ts';
import { EventBus } from './event-bus.ts';
import { RowSearches } from './find-rows/row-searches.ts';
import { Captures } from './history/captures.ts';
import { summarizePlans } from './plans/plan-summary.ts';
import { type HostPorts, type ProcessLog, systemClock } from './ports.ts';
import { Background } from './process/background.ts';
import type { DataFolder } from './process/data-folder.ts';
import { PutBackPreviews } from './put-back/put-back-previews.ts';
import { PreparedRestores } from './restore/check/prepared-restores.ts';
import { resolveRun } from './restore/interrupted/resolve-run.ts';
import { CleanUp } from './runs/clean-up.ts';
import { removeLeftovers } from './runs/interrupted-runs.ts';
import { RunOutputs } from './runs/run-outputs.ts';
import { Runs } from './runs/runs.ts';
import { createWorkerRunner } from './runs/task-process.ts';
import { DatabaseKeys } from './secrets/database-keys.ts';
import { SecretBox } from './secrets/secret-box.ts';
import { SecretStore } from './secrets/secret-store.ts';
import { SnapshotSecrets } from './secrets/snapshot-secrets.ts';

/** How long a run that failed waits for another program's lock, to find out what it has replaced; milliseconds. */
const LOCK_WAIT_MS = 5000;

/** What the context of a core is made of. */
export interface ContextParts {
  dataFolder: DataFolder;
  catalog: Catalog;
  ports: HostPorts;
  log: ProcessLog;
}

/** Makes the context that all features share. Nothing is started. */
export function createContext(
  { dataFolder, catalog, ports, log }: ContextParts,
  automaticWork: AutomaticWork,
): CoreContext {
  const { clock = systemClock } = ports;
  const serviceId = catalog.settings.serviceId();
  const events = new EventBus(log);
  const secrets = new SecretStore(catalog.secrets, new SecretBox(dataFolder.path, ports.keychain, log), clock);
  const encryptions = new SnapshotSecrets(secrets);
  const background = new Background(clock, log);
  const channels = new Channels({ settings: () => catalog.settings.get(), secrets, notify: ports.notify });
  const deliveries = new AlertDelivery({ background, catalog, channels, clock, events, log });
  const runs = new Runs({
    repo: catalog.runs,
    events,
    clock,
    log,
    stagingFolder: dataFolder.stagingFolder,
    follower: automaticWork,
    cleanUp: (run, leftovers, tell) => removeLeftovers({ catalog, clock, events, serviceId }, run, leftovers, tell),
    resolve: (run, replacement, tell) =>
      resolveRun(context, run, replacement, { keepsArrived: false, lockWaitMs: LOCK_WAIT_MS, tell }),
    areReachable: (folders) => areReachable({ catalog, clock, events }, folders),
    timeLimitOf: ({ kind, planId }) => timeLimitMinutes(kind, catalog.plans.get(planId ?? '')),
  });
  const parts = { dataFolder, catalog, runs, events, ports, clock, log, background };
  const onChecked = (): void => automaticWork.arm();
  const openCopies = new OpenCopies(dataFolder.browseFolder, clock);
  const context: CoreContext = {
    ...parts,
    prepared: new PreparedRestores(),
    openCopies,
    views: new Views(openCopies, {
      start: ports.startWorkerProcess,
      clock,
      lockFile: dataFolder.workerLockFile,
      isLowPriority: () => catalog.settings.get().lowPriority,
    }),
    outputs: new RunOutputs(clock),
    automaticWork,
    putBacks: new PutBackPreviews(),
    rowSearches: new RowSearches(),
    secrets,
    keys: new DatabaseKeys(secrets, log),
    encryptions,
    throttles: new Throttles(),
    serviceId,
    runInWorker: workerRunner(parts, secrets, encryptions),
    version: packageJson.version,
    cleanUp: new CleanUp({
      ...parts,
      serviceId,
      resolve: (run, replacement, how) => resolveRun(context, run, replacement, { keepsArrived: true, ...how }),
    }),
    scheduler: createScheduler(parts, () => context, onChecked),
    copier: new Copier(() => context, onChecked),
    captures: new Captures(() => context, onChecked),
    channels,
    deliveries,
    watchdog: new Watchdog({
      clock,
      alerts: catalog.alerts,
      channels,
      deliveries,
      muted: () => catalog.settings.get().mutedPlans,
      plans: (planIds) => summarizePlans(context, planIds),
    }),
  };
  return context;
}

/** Runs tasks in worker processes. An error for want of a secret says why the keychain does not open it. */
function workerRunner(
  { ports, clock, dataFolder, catalog }: Pick<CoreContext, 'ports' | 'clock' | 'dataFolder' | 'catalog'>,
  secrets: SecretStore,
  encryptions: SnapshotSecrets,
): CoreContext['runInWorker'] {
  const runTask = createWorkerRunner(
    ports.startWorkerProcess,
    clock,
    dataFolder.workerLockFile,
    () => catalog.settings.get().lowPriority,
    (secret) => encryptions.keep(secret),
  );
  return async (...task) => {
    try {
      return await runTask(...task);
    } catch (error) {
      throw secrets.explainClosed(error);
    }
  };
}
