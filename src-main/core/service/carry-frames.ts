import type { CoreFrame } from '../../../src-shared/contract/frames.ts';
import type { Connection, Core } from '../core.ts';
import { parseJson } from './lines.ts';

/** The largest frame a client may send, in bytes. */
export const MAX_FRAME = 1_000_000;

/** How much may wait to be read by a client before it is disconnected, in bytes; it connects again and fetches anew. */
const MAX_WAITING = 64 * 1024 * 1024;

/** What carries texts to one client, such as a WebSocket. */
export interface FrameSocket {
  send(text: string): void;
  /** How many bytes the client has not read yet. */
  waiting(): number;
  /** Disconnects the client at once. */
  destroy(): void;
}

/** A client whose frames arrive as texts. */
export interface CarriedFrames {
  receive(text: string): void;
  close(): void;
}

/** Carries frames between a core and one client; one that reads too slowly is disconnected. */
export function carryFrames(core: Pick<Core, 'connect'>, socket: FrameSocket): CarriedFrames {
  const carry = (frame: CoreFrame): void => {
    if (socket.waiting() > MAX_WAITING) socket.destroy();
    else socket.send(JSON.stringify(frame));
  };
  const connection: Connection = core.connect(carry);
  return {
    // What is no JSON is no frame either; the connection answers that it could not be understood.
    receive: (text) => connection.receive(parseJson(text)),
    close: () => connection.close(),
  };
}
