import type { Transport } from '../../src-shared/contract/client.ts';
import type { ClientFrame } from '../../src-shared/contract/frames.ts';
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

/** Frames over a WebSocket that is opened again, with growing pauses, whenever it is lost. */
export function webSocketTransport(url: URL): Transport {
  let frameListener: (frame: unknown) => void = () => {};
  let connectionListener: (connected: boolean) => void = () => {};
  let socket: WebSocket | undefined;
  let pause = FIRST_PAUSE;

  const open = (): void => {
    socket = new WebSocket(url);
    socket.onopen = () => {
      pause = FIRST_PAUSE;
      connectionListener(true);
    };
    socket.onmessage = (event) => frameListener(JSON.parse(String(event.data)));
    socket.onclose = () => {
      connectionListener(false);
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
