import { chmodSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { Writable } from 'node:stream';
import { fileSystem } from '../../platform/file-system.ts';
import { type ServiceEndpoint, serviceEndpoints } from '../../platform/service-endpoint.ts';
import type { Core } from '../core.ts';
import { explainError } from '../engine/engine-errors.ts';
import type { Log } from '../ports.ts';
import type { DataFolder } from '../process/data-folder.ts';
import { carryFrames, MAX_FRAME } from './carry-frames.ts';
import { welcome } from './hello.ts';
import { onLines } from './lines.ts';

/** How many programs may be connected at a time. */
const MOST_CLIENTS = 200;
/** How long a client may take to introduce itself, in milliseconds. */
const HELLO_TIME_MS = 10_000;

/** What is served to other processes of this user. */
export interface ServedCore extends Pick<Core, 'connect'> {
  readonly dataFolder: Pick<DataFolder, 'path' | 'announce'>;
  readonly host: string;
  readonly log: Log;
  /** Gives a run the stream that it writes to. @returns whether the run wants one */
  giveOutput(runId: string, output: Writable): boolean;
}

/** The socket of a data folder. */
export interface ServiceListener {
  /** Whether another process is connected. */
  hasClients(): boolean;
  /** Waits until no other process is connected. */
  clientsGone(): Promise<void>;
  /** Disconnects everybody and listens no more. */
  close(): Promise<void>;
}

/**
 * Lets other processes of this user use a core, from now on. Where the data folder can have no socket, one elsewhere is
 * used, which the folder names; where there can be none at all, the log says so and the core works alone.
 */
export async function listen(core: ServedCore): Promise<ServiceListener> {
  const sockets = new Set<Socket>();
  let gone = Promise.withResolvers<void>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      sockets.delete(socket);
      if (sockets.size > 0) return;
      gone.resolve();
      gone = Promise.withResolvers();
    });
    void serve(socket, core, endpoint?.secret ?? null);
  });
  server.maxConnections = MOST_CLIENTS;
  // The host decides how long the process goes on.
  server.unref();
  const endpoint = await findEndpoint(server, core);
  core.dataFolder.announce(endpoint);
  return {
    hasClients: () => sockets.size > 0,
    clientsGone: async () => {
      if (sockets.size > 0) await gone.promise;
    },
    close: async () => {
      if (endpoint === undefined) return;
      core.dataFolder.announce(undefined);
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
      serviceEndpoints.remove(endpoint);
    },
  };
}

/** Listens at the first endpoint where that is possible. */
async function findEndpoint(server: Server, { dataFolder, log }: ServedCore): Promise<ServiceEndpoint | undefined> {
  let why = `The path of ${dataFolder.path} is too long for a socket.`;
  const usual = serviceEndpoints.usual(dataFolder.path);
  // Whoever has the lock may: what is there was left behind.
  if (usual !== null) serviceEndpoints.remove(usual);
  for (const make of [() => usual, () => serviceEndpoints.elsewhere()]) {
    const endpoint = make();
    if (endpoint === null) continue;
    try {
      await bind(server, endpoint);
      if (endpoint !== usual) log.info(`Other commands reach this Snapkeep at ${endpoint.address}. ${why}`);
      return endpoint;
    } catch (error) {
      why = explainError(error, endpoint.address).message;
      serviceEndpoints.remove(endpoint);
    }
  }
  log.warn(`Other commands cannot use this Snapkeep while it is running. ${why}`);
  return undefined;
}

async function bind(server: Server, endpoint: ServiceEndpoint): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject).listen(endpoint.address, resolve);
  await promise;
  server.off('error', reject);
  if (fileSystem.hasModes) chmodSync(endpoint.address, 0o600);
}

/** Serves one client; whatever it sends, nobody else notices. */
async function serve(socket: Socket, core: ServedCore, secret: string | null): Promise<void> {
  const tooLate = setTimeout(() => socket.destroy(), HELLO_TIME_MS);
  const client = await welcome(socket, core.host, secret);
  clearTimeout(tooLate);
  if (client === undefined || socket.destroyed) return void socket.destroySoon();
  if (client.stream !== undefined) {
    if (!core.giveOutput(client.stream, socket)) socket.destroySoon();
    // Nothing is read from it; only so its end is noticed.
    socket.resume();
    return;
  }
  const frames = carryFrames(core, {
    send: (text) => socket.write(`${text}\n`),
    waiting: () => socket.writableLength,
    destroy: () => socket.destroy(),
  });
  socket.once('close', () => frames.close());
  onLines(socket, MAX_FRAME, (line) => frames.receive(line));
}
