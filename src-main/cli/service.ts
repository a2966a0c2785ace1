import type { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { setTimeout } from 'node:timers/promises';
import { type Client, createClient } from '../../src-shared/contract/client.ts';
import { SnapkeepError } from '../../src-shared/contract/errors.ts';
import type { EventName, EventPayload } from '../../src-shared/contract/events.ts';
import type { MethodName, Params, Result } from '../../src-shared/contract/methods.ts';
import type { Core } from '../core/core.ts';
import { canonicalPath } from '../core/engine/files/paths.ts';
import { openNodeCore } from '../core/node-core.ts';
import type { ProcessLog } from '../core/ports.ts';
import { defaultDataFolder } from '../core/process/default-data-folder.ts';
import { joinService, socketTransport } from '../core/service/join.ts';
import { say } from './output.ts';

/** What this process calls itself towards a service. */
const HOST = 'cli';
/** How long a holder of the data folder that does not listen is waited for: it starts, or ends. Milliseconds. */
const PATIENCE_MS = 15_000;
const PAUSE_MS = 50;

/** What commands work with: a core in this process, or the service that holds the data folder. */
export interface Service {
  /** Where plans and runs are. */
  readonly dataFolder: string;
  /** The process log of a core in this process. */
  readonly log: ProcessLog | undefined;
  /** @throws SnapkeepError */
  call<M extends MethodName>(method: M, params: Params<M>, signal?: AbortSignal): Promise<Result<M>>;
  on<E extends EventName>(name: E, listener: (payload: EventPayload<E>) => void): () => void;
  /** Lets a run of `exports.start` write to the standard output of this process. @returns once all of it is written */
  writeOut(runId: string): Promise<void>;
  /** The command is interrupted, and has cancelled its own runs. */
  stop(): void;
  /** Waits for what the runs of the command have set off, and ends. */
  close(runIds: readonly string[]): Promise<void>;
}

/**
 * Joins the service that holds the usual data folder, or opens the core in this process where nobody does.
 * @throws SnapkeepError `BUSY` when the folder is held and nobody listens, `TOO_NEW`
 */
export async function openService(): Promise<Service> {
  const dataFolder = await canonicalPath(defaultDataFolder());
  for (const started = performance.now(); ; await setTimeout(PAUSE_MS)) {
    const socket = await joinService(dataFolder, HOST);
    if (socket !== undefined) return joined(dataFolder, socket);
    try {
      return own(await openNodeCore(HOST));
    } catch (error) {
      const busy = error instanceof SnapkeepError && error.code === 'BUSY';
      if (!busy || performance.now() - started > PATIENCE_MS) throw error;
    }
  }
}

function joined(dataFolder: string, socket: Socket): Service {
  const client: Client = createClient(socketTransport(socket), {
    lostHint: 'Check that Snapkeep is running, and what became of the run: snapkeep status',
  });
  return {
    dataFolder,
    log: undefined,
    call: (method, params, signal) => client.call(method, params, signal === undefined ? {} : { signal }),
    on: (name, listener) => client.on(name, listener),
    async writeOut(runId) {
      const bytes = await joinService(dataFolder, HOST, runId);
      // A reader of the output that is gone, or a connection that is lost, ends the run, and the run says so.
      if (bytes !== undefined) await pipeline(bytes, process.stdout, { end: false }).catch(() => bytes.destroy());
    },
    // Everything else that goes on there is not the command's own.
    stop: () => {},
    async close(runIds) {
      if (runIds.length > 0 && !socket.destroyed) await client.call('runs.settled', { runIds: [...runIds] });
      socket.destroy();
    },
  };
}

function own(core: Core): Service {
  if (core.tightened !== null) say(core.tightened);
  return {
    dataFolder: core.dataFolder,
    log: core.log,
    call: (method, params, signal) => core.call(method, params, signal),
    on: (name, listener) => core.on(name, listener),
    writeOut: async (runId) => core.giveOutput(runId, process.stdout.fd),
    stop() {
      // Other commands have joined this one.
      if (!core.hasClients()) void core.stop();
    },
    async close() {
      for (;;) {
        await core.idle();
        const [run] = core.activeRuns();
        if (run !== undefined) await core.runEnded(run.id);
        else if (core.hasClients()) await core.clientsGone();
        else break;
      }
      await core.close();
    },
  };
}
