import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Core } from '../core/core.ts';

/** The largest frame a window may send, in bytes. */
const MAX_FRAME = 1_000_000;

/**
 * Carries frames over WebSockets at `/ws`.
 * @param isAllowed decides about the upgrade request before anything is answered to it
 * @returns closes every socket
 */
export function serveWebSockets(
  server: Server,
  core: Core,
  isAllowed: (request: IncomingMessage) => boolean,
): () => void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME });
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    if (request.url !== '/ws' || !isAllowed(request)) {
      stream.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, stream, head, (socket) => carryFrames(socket, core));
  });
  return () => {
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
  };
}

function carryFrames(socket: WebSocket, core: Core): void {
  const connection = core.connect((frame) => socket.send(JSON.stringify(frame)));
  socket.on('message', (data: Buffer) => connection.receive(parseJson(data.toString('utf8'))));
  // A socket that fails closes as well, and closing is what ends the connection.
  socket.on('error', () => socket.terminate());
  socket.on('close', () => connection.close());
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is no JSON is no frame either; the connection answers that it could not be understood.
    return undefined;
  }
}
