import type { Transport } from '../../src-shared/contract/client.ts';
import type { ClientFrame } from '../../src-shared/contract/frames.ts';
import { SESSION_REFUSED, SessionAccepted, type SessionFrame } from '../../src-shared/contract/session.ts';
import type { SnapkeepBridge } from './bridge.ts';

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 15_000;

/** Frames over Electron's IPC, which is open as long as the window is. */
export function bridgeTransport(bridge: SnapkeepBridge): Transport {
  return {
    send: (frame) => bridge.send(frame),
    onFrame: (listener) => void bridge.onFrame(listener),
    onConnection: (listener) => listener(true),
  };
}

/** Who this window is for the server. */
export interface SessionToken {
  readonly token: string | null;
  onChange(listener: () => void): unknown;
  /** The server does not know this token. */
  refused(token: string): void;
}

/**
 * Frames over a WebSocket that shows its session first. It is opened again, with growing pauses, whenever it is lost,
 * and as soon as there is a session where there was none.
 */
export function webSocketTransport(url: URL, session: SessionToken): Transport {
  let frameListener: (frame: unknown) => void = () => {};
  let connectionListener: (connected: boolean) => void = () => {};
  let socket: WebSocket | undefined;
  let pause = FIRST_PAUSE;

  const open = (): void => {
    const { token } = session;
    if (token === null || socket !== undefined) return;
    const opened = new WebSocket(url);
    socket = opened;
    opened.onopen = () => opened.send(JSON.stringify({ type: 'session', token } satisfies SessionFrame));
    opened.onmessage = (first) => {
      SessionAccepted.parse(JSON.parse(String(first.data)));
      opened.onmessage = (event) => frameListener(JSON.parse(String(event.data)));
      pause = FIRST_PAUSE;
      connectionListener(true);
    };
    opened.onclose = ({ code }) => {
      socket = undefined;
      connectionListener(false);
      if (code === SESSION_REFUSED) session.refused(token);
      setTimeout(open, pause);
      pause = Math.min(LONGEST_PAUSE, pause * 2);
    };
  };

  return {
    send: (frame: ClientFrame) => socket?.send(JSON.stringify(frame)),
    onFrame: (listener) => {
      frameListener = listener;
    },
    onConnection: (listener) => {
      connectionListener = listener;
      session.onChange(open);
      open();
    },
  };
}

/** Where the server's WebSocket is. */
export function webSocketUrl(base: string): URL {
  const url = new URL('ws', base);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url;
}
