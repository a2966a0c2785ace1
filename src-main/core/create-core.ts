import type { Writable } from 'node:stream';
import { AutomaticWork } from './automatic-work.ts';
import { type Catalog, createCatalog } from './catalog/catalog.ts';
import { noteMachine, thisMachine } from './catalog/this-machine.ts';
import { openConnection } from './connection.ts';
import type { Core } from './core.ts';
import type { CoreContext } from './core-context.ts';
import { type ContextParts, createContext } from './create-context.ts';
import { folderDestination } from './destinations/destination-access.ts';
import { Dispatcher } from './dispatcher.ts';
import { canonicalPath } from './engine/files/paths.ts';
import { createHandlers } from './handlers.ts';
import { type Clock, type HostPorts, type ProcessLog, systemClock } from './ports.ts';
import { holdDataFolder } from './process/data-folder.ts';
import { openProcessLog } from './process/process-log.ts';
import { endInterruptedRuns } from './runs/interrupted-runs.ts';
import { listen, type ServiceListener } from './service/listen.ts';

/** Folders that answer at once are cleaned before the first request; nobody waits for others. Milliseconds. */
const CLEAN_UP_PATIENCE_MS = 1000;
/**
 * The same for a command where a restore was interrupted: it works on what is in place, which may be half of it, and
 * ends. A host that stays resolves it while it shows its state. Milliseconds.
 */
const RESOLVING_PATIENCE_MS = 10_000;

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
    const resolving =
      ports.host === 'cli' && catalog.runs.unfinished().some(({ leftovers }) => leftovers?.replacement != null);
    const { core, cleaned, serve } = start({ dataFolder, catalog, ports, log });
    await waitAtMost(clock, resolving ? RESOLVING_PATIENCE_MS : CLEAN_UP_PATIENCE_MS, cleaned);
    await serve();
    return core;
  } catch (error) {
    catalog?.close();
    await log?.close();
    dataFolder.release();
    throw error;
  }
}

interface StartedCore {
  core: Core;
  /** When it has cleaned up. */
  cleaned: Promise<void>;
  /** Lets other processes use it from now on. */
  serve(): Promise<void>;
}

/** Starts the automatic work of a core. */
function start(parts: ContextParts): StartedCore {
  const automaticWork = new AutomaticWork(() => context);
  const context = createContext(parts, automaticWork);
  // Before any run is started: a run waits for the clean-up of the folders that it uses.
  const cleaned = context.cleanUp.tick();
  // A command is gone in a moment; what is due waits for a host that stays.
  if (parts.ports.host !== 'cli') automaticWork.start();
  return { ...coreOf(context, automaticWork, parts.log), cleaned };
}

/** What hosts see of a core. */
function coreOf(
  context: CoreContext,
  automaticWork: AutomaticWork,
  log: ProcessLog,
): Pick<StartedCore, 'core' | 'serve'> {
  let listener: ServiceListener | undefined;
  const { dataFolder, catalog, events, runs } = context;
  const dispatcher = new Dispatcher(createHandlers(context));
  const never = new AbortController().signal;
  const stop = async (): Promise<void> => {
    context.cleanUp.close();
    // What follows runs may be waiting for some of them, and begins nothing more.
    await Promise.all([automaticWork.close(), runs.close()]);
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
    giveOutput: (runId, output) => void context.outputs.give(runId, output),
    hasClients: () => listener?.hasClients() === true,
    clientsGone: async () => listener?.clientsGone(),
    runEnded: (runId) => runs.ended(runId),
    activeRuns: () => runs.active(),
    isInUse: (path) => runs.isWanted(path),
    idle: () => automaticWork.idle(),
    serveDue: () => automaticWork.serveDue(),
    stop,
    close: async () => {
      await listener?.close();
      await stop();
      await context.views.closeAll();
      await context.openCopies.close();
      await context.prepared.close();
      catalog.close();
      await log.close();
      dataFolder.release();
    },
  };
  const serve = async (): Promise<void> => {
    const giveOutput = (runId: string, output: Writable): boolean =>
      runs.active().some(({ id, kind }) => id === runId && kind === 'export') && context.outputs.give(runId, output);
    listener = await listen({ connect: core.connect, dataFolder, host: context.ports.host, log, giveOutput });
  };
  return { core, serve };
}

/** Waits for work, but no longer than a number of milliseconds. */
async function waitAtMost(clock: Clock, ms: number, work: Promise<void>): Promise<void> {
  const over = Promise.withResolvers<void>();
  const forget = clock.wake(ms, over.resolve);
  await Promise.race([work, over.promise]);
  forget();
}
