import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { SESSION_REFUSED, type SessionAccepted, SessionFrame } from '../../src-shared/contract/session.ts';
import type { Core } from '../core/core.ts';
import { carryFrames, MAX_FRAME } from '../core/service/carry-frames.ts';
import { parseJson } from '../core/service/lines.ts';

/** In how many pieces; browsers send large frames in a few. */
const MAX_FRAGMENTS = 256;

/** The largest frame that shows a session, in bytes. */
const MAX_SESSION_FRAME = 1_000;

/** Who may open a WebSocket, and how long that may take. */
export interface WebSocketOptions {
  /** Decides about the upgrade request before anything is answered to it. */
  isMeantForUs(request: IncomingMessage): boolean;
  isSession(token: string): boolean;
  /** Within this time after the upgrade the session must have been shown, in milliseconds. */
  sessionTimeLimit: number;
  /** Told of each window that has shown its session, with its connection; the answer is called when it has gone. */
  onWindow(connection: Socket): () => void;
}

/**
 * Carries frames over WebSockets at `/ws`.
 * @returns closes every socket
 */
export function serveWebSockets(server: Server, core: Core, options: WebSocketOptions): () => void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_FRAME, maxFragments: MAX_FRAGMENTS });
  server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    if (request.url !== '/ws' || !options.isMeantForUs(request)) {
      // Destroyed once it is sent: a peer that never closes its half would hold the socket.
      stream.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', () => stream.destroy());
      return;
    }
    sockets.handleUpgrade(request, stream, head, (socket) => awaitSession(socket, request, core, options));
  });
  return () => {
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
  };
}

/** Lets a socket in when its first frame shows a session, and closes it otherwise. */
function awaitSession(
  socket: WebSocket,
  request: IncomingMessage,
  core: Core,
  { isSession, onWindow, sessionTimeLimit }: WebSocketOptions,
): void {
  // A socket that fails closes as well, and closing is what ends the connection.
  socket.on('error', () => socket.terminate());
  const tooLate = setTimeout(() => socket.terminate(), sessionTimeLimit);
  socket.once('close', () => clearTimeout(tooLate));
  socket.once('message', (data: Buffer) => {
    clearTimeout(tooLate);
    const frame = SessionFrame.safeParse(
      data.length > MAX_SESSION_FRAME ? undefined : parseJson(data.toString('utf8')),
    );
    if (!frame.success || !isSession(frame.data.token)) {
      socket.close(SESSION_REFUSED, 'no session');
      // A peer that does not answer the closing frame is not waited for.
      setTimeout(() => socket.terminate(), sessionTimeLimit).unref();
      return;
    }
    socket.send(JSON.stringify({ type: 'session-accepted' } satisfies SessionAccepted));
    socket.once('close', onWindow(request.socket));
    carryFramesOf(socket, core);
  });
}

function carryFramesOf(socket: WebSocket, core: Core): void {
  const frames = carryFrames(core, {
    send: (text) => socket.send(text),
    waiting: () => socket.bufferedAmount,
    destroy: () => socket.terminate(),
  });
  socket.on('message', (data: Buffer) => frames.receive(data.toString('utf8')));
  socket.on('close', () => frames.close());
}
