import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Transport } from '../../../src-shared/contract/client.ts';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { readHolder } from '../process/holder.ts';
import { helloOf, introduce, writeLine } from './hello.ts';
import { onLines, parseJson } from './lines.ts';

/** How long a service may take to introduce itself, in milliseconds: it may be reading a large catalog. */
const HELLO_TIME_MS = 30_000;
/** The largest frame that a service may send, in bytes. */
const MAX_FRAME = 256 * 1024 * 1024;

/**
 * Connects to the service that holds a data folder.
 * @param host what this process is
 * @param stream the run whose bytes the connection carries, instead of frames
 * @returns `undefined` when nobody listens
 * @throws SnapkeepError `TOO_NEW` or `BUSY` for a service of another version, `BUSY` when it does not answer
 */
export async function joinService(dataFolder: string, host: string, stream?: string): Promise<Socket | undefined> {
  const holder = readHolder(dataFolder);
  if (holder?.endpoint === undefined) return undefined;
  const socket = connect(holder.endpoint.address);
  try {
    await once(socket, 'connect');
  } catch {
    // Left behind by one that was killed, or just gone.
    return undefined;
  }
  socket.on('error', () => socket.destroy());
  let late = false;
  const tooLate = setTimeout(() => {
    late = true;
    socket.destroy();
  }, HELLO_TIME_MS);
  try {
    const service = await introduce(socket, helloOf(host, stream), holder.endpoint.secret);
    if (service !== undefined) return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(tooLate);
  }
  socket.destroy();
  if (!late) return undefined;
  throw new SnapkeepError('BUSY', `Snapkeep's ${holder.host} (process ${holder.pid}) does not answer.`, {
    hint: 'Try again later, or end that process.',
  });
}

/** Carries frames over the socket of a service, until it closes. */
export function socketTransport(socket: Socket): Transport {
  return {
    send: (frame) => writeLine(socket, frame),
    onFrame: (listener) => onLines(socket, MAX_FRAME, (line) => listener(parseJson(line))),
    onConnection: (listener) => {
      listener(!socket.destroyed);
      socket.once('close', () => listener(false));
    },
  };
}
