import packageJson from '../../package.json' with { type: 'json' };
import { timeLimitMinutes } from '../../src-shared/schedule/time-limit.ts';
import { AlertDelivery } from './alerts/alert-delivery.ts';
import { Channels } from './alerts/channels.ts';
import { Watchdog } from './alerts/watchdog.ts';
import { exportTo } from './backup/handlers.ts';
import { type Catalog, createCatalog } from './catalog/catalog.ts';
import { noteMachine, thisMachine } from './catalog/this-machine.ts';
import { openConnection } from './connection.ts';
import { Copier } from './copies/copier.ts';
import type { Core } from './core.ts';
import type { CoreContext } from './core-context.ts';
import { createScheduler } from './create-scheduler.ts';
import { areReachable, folderDestination } from './destinations/destination-access.ts';
import { Throttles } from './destinations/drivers/throttle.ts';
import { Dispatcher } from './dispatcher.ts';
import { canonicalPath } from './engine/files/paths.ts';
import { EventBus } from './event-bus.ts';
import { createHandlers } from './handlers.ts';
import { Orchestrator } from './orchestrator.ts';
import { summarizePlans } from './plans/plan-summary.ts';
import { type Clock, type HostPorts, type ProcessLog, systemClock } from './ports.ts';
import { Background } from './process/background.ts';
import { type DataFolder, holdDataFolder } from './process/data-folder.ts';
import { openProcessLog } from './process/process-log.ts';
import { PreparedRestores } from './restore/check/prepared-restores.ts';
import { settleRun } from './restore/interrupted/settle-run.ts';
import { CleanUp } from './runs/clean-up.ts';
import { endInterruptedRuns, removeLeftovers } from './runs/recover-runs.ts';
import { Runs } from './runs/runs.ts';
import { createWorkerRunner } from './runs/task-process.ts';
import { DatabaseKeys } from './secrets/database-keys.ts';
import { SecretBox } from './secrets/secret-box.ts';
import { SecretStore } from './secrets/secret-store.ts';
import { SnapshotSecrets } from './secrets/snapshot-secrets.ts';

/** Folders that answer at once are cleaned before the first request; nobody waits for others. Milliseconds. */
const CLEAN_UP_PATIENCE_MS = 1000;
/**
 * The same for a command where a restore was interrupted: it works on what is in place, which may be half of it, and
 * ends. A host that stays settles it while it shows its state. Milliseconds.
 */
const SETTLING_PATIENCE_MS = 10_000;
/** How long a run that failed waits for another program's lock, to find out what it has replaced; milliseconds. */
const LOCK_WAIT_MS = 5000;

/**
 * Puts the application together: takes the data folder, opens the catalog, cleans up after a crash, and is ready.
 * @throws SnapkeepError `BUSY` when another core holds the data folder, `TOO_NEW`, `PERMISSION`, `NO_SPACE`
 */
export async function createCore(options: { dataFolder: string; ports: HostPorts }): Promise<Core> {
  const { ports } = options;
  const dataFolder = holdDataFolder(await canonicalPath(options.dataFolder), ports.host);
  let catalog: Catalog | undefined;
  let log: ProcessLog | undefined;
  try {
    log = ports.log ?? openProcessLog(dataFolder.path, process.env.SNAPKEEP_LOG);
    if (dataFolder.tightened !== null) log.warn(dataFolder.tightened);
    const clock = ports.clock ?? systemClock;
    catalog = createCatalog(dataFolder.catalogFile);
    noteMachine(catalog, ports.machine ?? thisMachine());
    folderDestination(catalog, clock, dataFolder.safetyFolder, true);
    folderDestination(catalog, clock, dataFolder.outboxFolder, true);
    await endInterruptedRuns(catalog, clock, dataFolder.stagingFolder);
    const settling =
      ports.host === 'cli' && catalog.runs.unfinished().some(({ leftovers }) => leftovers?.replacement != null);
    const { core, cleaned } = assemble(dataFolder, catalog, ports, log);
    await waitAtMost(clock, settling ? SETTLING_PATIENCE_MS : CLEAN_UP_PATIENCE_MS, cleaned);
    return core;
  } catch (error) {
    catalog?.close();
    await log?.close();
    dataFolder.release();
    throw error;
  }
}

function assemble(dataFolder: DataFolder, catalog: Catalog, ports: HostPorts, log: ProcessLog) {
  const { clock = systemClock } = ports;
  const serviceId = catalog.settings.serviceId();
  const events = new EventBus(log);
  const prepared = new PreparedRestores();
  const orchestrator = new Orchestrator(() => context);
  const runs = new Runs({
    repo: catalog.runs,
    events,
    clock,
    log,
    stagingFolder: dataFolder.stagingFolder,
    follower: orchestrator,
    cleanUp: (run, leftovers, tell) => removeLeftovers({ catalog, clock, events, serviceId }, run, leftovers, tell),
    settle: (run, replacement, tell) =>
      settleRun(context, run, replacement, { keepsArrived: false, lockWaitMs: LOCK_WAIT_MS, tell }),
    areReachable: (folders) => areReachable({ catalog, clock, events }, folders),
    timeLimitOf: ({ kind, planId }) => timeLimitMinutes(kind, catalog.plans.get(planId ?? '')),
  });
  const secrets = new SecretStore(catalog.secrets, new SecretBox(dataFolder.path, ports.keychain, log), clock);
  const encryptions = new SnapshotSecrets(secrets);
  const runTask = createWorkerRunner(
    ports.startWorkerProcess,
    clock,
    dataFolder.workerLockFile,
    () => catalog.settings.get().lowPriority,
    (secret) => encryptions.keep(secret),
  );
  const background = new Background(clock, log);
  const channels = new Channels({ settings: () => catalog.settings.get(), secrets, notify: ports.notify });
  const deliveries = new AlertDelivery({ background, catalog, channels, clock, events, log });
  const parts = { dataFolder, catalog, runs, events, ports, clock, log, background };
  const looked = (): void => orchestrator.arm();
  const context: CoreContext = {
    ...parts,
    prepared,
    secrets,
    keys: new DatabaseKeys(secrets, log),
    encryptions,
    throttles: new Throttles(),
    serviceId,
    runInWorker: async (...task) => {
      try {
        return await runTask(...task);
      } catch (error) {
        throw secrets.explainClosed(error);
      }
    },
    version: packageJson.version,
    cleanUp: new CleanUp({
      ...parts,
      serviceId,
      settle: (run, replacement, how) => settleRun(context, run, replacement, { keepsArrived: true, ...how }),
    }),
    scheduler: createScheduler(parts, () => context, looked),
    copier: new Copier(() => context, looked),
    channels,
    deliveries,
    watchdog: new Watchdog({
      clock,
      alerts: catalog.alerts,
      channels,
      deliveries,
      plans: (planIds) => summarizePlans(context, planIds),
    }),
  };
  const dispatcher = new Dispatcher(createHandlers(context));
  // Before any run is started: a run waits for the clean-up of the folders that it uses.
  const cleaned = context.cleanUp.tick();
  const never = new AbortController().signal;
  // A command is gone in a moment; what is due waits for a host that stays.
  if (ports.host !== 'cli') orchestrator.start();
  const stop = async (): Promise<void> => {
    context.cleanUp.close();
    // What follows runs may be waiting for some of them, and begins nothing more.
    await Promise.all([orchestrator.close(), runs.close()]);
  };
  const core: Core = {
    dataFolder: dataFolder.path,
    tightened: dataFolder.tightened,
    log,
    connect: (send) => openConnection(dispatcher, events, log, send),
    answer: (method, params, signal = never) => dispatcher.answer(method, params, signal),
    call: (method, params, signal = never) => dispatcher.call(method, params, signal),
    on: (name, listener) => events.on(name, listener),
    requestRestore: (path) => events.emit('restore.requested', { path }),
    requestPage: (page) => events.emit('page.requested', { page }),
    exportTo: (descriptor, given) => exportTo(context, descriptor, given),
    runEnded: (runId) => runs.ended(runId),
    activeRuns: () => runs.active(),
    isInUse: (path) => runs.isWanted(path),
    idle: () => orchestrator.idle(),
    serveDue: () => orchestrator.serveDue(),
    stop,
    close: async () => {
      await stop();
      await prepared.close();
      catalog.close();
      await log.close();
      dataFolder.release();
    },
  };
  return { core, cleaned };
}

/** Waits for work, but no longer than a number of milliseconds. */
async function waitAtMost(clock: Clock, ms: number, work: Promise<void>): Promise<void> {
  const over = Promise.withResolvers<void>();
  const forget = clock.wake(ms, over.resolve);
  await Promise.race([work, over.promise]);
  forget();
}
