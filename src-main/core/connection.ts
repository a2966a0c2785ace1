import { SnapkeepError } from '../../src-shared/contract/errors.ts';
import { ClientFrame, type CoreFrame } from '../../src-shared/contract/frames.ts';
import type { Connection } from './core.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { EventBus } from './event-bus.ts';
import type { Log } from './ports.ts';

/**
 * Speaks the four frames with one client, over whatever carries them.
 * @param carry carries a frame to the client; what it throws is logged
 */
export function openConnection(
  dispatcher: Dispatcher,
  events: EventBus,
  log: Log,
  carry: (frame: CoreFrame) => void,
): Connection {
  const requests = new Map<number, AbortController>();
  let revision = 0;
  const send = (frame: CoreFrame): void => {
    try {
      carry(frame);
    } catch (error) {
      log.error(`${frame.type === 'event' ? 'An event' : 'A response'} could not be sent to a window.`, { error });
    }
  };
  const stopEvents = events.onAny((name, payload) => {
    revision += 1;
    send({ type: 'event', revision, name, payload });
  });

  const answer = async (id: number, method: string, params: unknown): Promise<void> => {
    const abort = new AbortController();
    const arrivedAt = revision;
    requests.set(id, abort);
    const result = await dispatcher.answer(method, params, abort.signal);
    // After a cancel nobody waits for the answer any more.
    if (requests.delete(id)) send({ type: 'response', id, revision: arrivedAt, answer: result });
  };

  return {
    receive(raw) {
      const frame = ClientFrame.safeParse(raw);
      // Two requests of one id could not be told apart, neither when they are answered nor when they are cancelled.
      const isTaken = frame.data?.type === 'request' && requests.has(frame.data.id);
      if (!frame.success || isTaken) {
        const error = new SnapkeepError('INVALID_PARAMS', 'Malformed message.', {
          hint: 'Reload the window.',
        });
        send({ type: 'response', id: -1, revision, answer: { ok: false, error: error.toBody() } });
      } else if (frame.data.type === 'request') {
        void answer(frame.data.id, frame.data.method, frame.data.params);
      } else {
        requests.get(frame.data.id)?.abort();
        requests.delete(frame.data.id);
      }
    },
    close() {
      stopEvents();
      for (const abort of requests.values()) abort.abort();
      requests.clear();
    },
  };
}
