import packageJson from '../../package.json' with { type: 'json' };
import { createAutomation } from './automation.ts';
import { type Catalog, createCatalog } from './catalog/catalog.ts';
import { openConnection } from './connection.ts';
import type { Core } from './core.ts';
import type { CoreContext } from './core-context.ts';
import { type DataFolder, holdDataFolder } from './data-folder.ts';
import { Throttles } from './destinations/throttle.ts';
import { Dispatcher } from './dispatcher.ts';
import { EventBus } from './event-bus.ts';
import { exportTo } from './handlers/backups.ts';
import { createHandlers } from './handlers/index.ts';
import { folderDestination } from './jobs/places.ts';
import { PreparedRestores } from './jobs/prepared-restores.ts';
import { recoverRuns } from './jobs/recover.ts';
import { Runs } from './jobs/runs.ts';
import { createWorkerRunner } from './jobs/worker-runner.ts';
import { canonicalPath } from './paths.ts';
import { type HostPorts, systemClock } from './ports.ts';
import { keyFileProtector } from './secrets/key-file-protector.ts';
import { KeyRing } from './secrets/key-ring.ts';
import { SealRing } from './secrets/seal-ring.ts';
import { SecretStore } from './secrets/secret-store.ts';

/**
 * Puts the application together: takes the data folder, opens the catalog, cleans up after a crash, and is ready.
 * @throws SnapkeepError `BUSY` when another core holds the data folder, `TOO_NEW`, `PERMISSION`, `NO_SPACE`
 */
export async function createCore(options: { dataFolder: string; ports: HostPorts }): Promise<Core> {
  const { ports } = options;
  const dataFolder = holdDataFolder(await canonicalPath(options.dataFolder), ports.host);
  let catalog: Catalog | undefined;
  try {
    const clock = ports.clock ?? systemClock;
    catalog = createCatalog(dataFolder.catalogFile);
    folderDestination(catalog, clock, dataFolder.safetyFolder, true);
    folderDestination(catalog, clock, dataFolder.outboxFolder, true);
    await recoverRuns({ catalog, clock, serviceId: catalog.settings.serviceId() }, dataFolder.stagingFolder);
    return assemble(dataFolder, catalog, ports);
  } catch (error) {
    catalog?.close();
    dataFolder.release();
    throw error;
  }
}

function assemble(dataFolder: DataFolder, catalog: Catalog, ports: HostPorts): Core {
  const clock = ports.clock ?? systemClock;
  const events = new EventBus();
  const prepared = new PreparedRestores();
  const runs = new Runs({ repo: catalog.runs, events, clock, stagingFolder: dataFolder.stagingFolder });
  const protector = ports.secretProtector ?? keyFileProtector(dataFolder.path);
  const secrets = new SecretStore(catalog.secrets, protector);
  const keys = new KeyRing(catalog.keys, protector, clock);
  const seals = new SealRing(catalog.seals, protector, clock);
  const runInWorker = createWorkerRunner(ports.workerFile, (secret) => seals.keep(secret));
  const { version } = packageJson;
  const parts = {
    dataFolder,
    catalog,
    runs,
    prepared,
    secrets,
    keys,
    seals,
    throttles: new Throttles(),
    events,
    runInWorker,
    ports,
    clock,
    serviceId: catalog.settings.serviceId(),
    version,
  };
  const automation = createAutomation(parts, () => context);
  const { scheduler, copier, channels } = automation;
  const context: CoreContext = { ...parts, scheduler, copier, channels };
  const dispatcher = new Dispatcher(createHandlers(context));
  const never = new AbortController().signal;
  // A command is gone in a moment; what is due waits for a host that stays.
  if (ports.host !== 'cli') automation.start();
  return {
    dataFolder: dataFolder.path,
    connect: (send) => openConnection(dispatcher, events, send),
    answer: (method, params, signal = never) => dispatcher.answer(method, params, signal),
    call: (method, params, signal = never) => dispatcher.call(method, params, signal),
    on: (name, listener) => events.on(name, listener),
    requestRestore: (path) => events.emit('restore.requested', { path }),
    requestPlace: (place) => events.emit('place.requested', { place }),
    exportTo: (descriptor, given) => exportTo(context, descriptor, given),
    runEnded: (runId) => runs.ended(runId),
    activeRuns: () => runs.active(),
    settled: () => automation.settled(),
    serveDue: () => automation.serveDue(),
    close: async () => {
      await automation.close();
      await runs.close();
      await prepared.close();
      catalog.close();
      dataFolder.release();
    },
  };
}
