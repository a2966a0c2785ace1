import { Answers } from '../../src-renderer/stores/answers.ts';
import { createClient } from '../../src-shared/contract/client.ts';
import type { SnapkeepError } from '../../src-shared/contract/errors.ts';
import type { ClientFrame } from '../../src-shared/contract/frames.ts';

type Request = Extract<ClientFrame, { type: 'request' }>;

/** Everything that was waiting for a promise has gone on. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The answers of a window whose core is the test. */
export function coreOfTest() {
  const sent: ClientFrame[] = [];
  let frame: (raw: unknown) => void = () => {};
  let connect: (connected: boolean) => void = () => {};
  const client = createClient({
    send: (given) => sent.push(given),
    onFrame: (listener) => {
      frame = listener;
    },
    onConnection: (listener) => {
      connect = listener;
    },
  });
  const requests = (): Request[] => sent.filter((each) => each.type === 'request');
  const respond = async (index: number, revision: number, answer: unknown): Promise<void> => {
    frame({ type: 'response', id: requests()[index]?.id ?? -1, revision, answer });
    await settled();
  };
  return {
    answers: new Answers(client),
    client,
    requests,
    connect: (connected: boolean) => connect(connected),
    cancelled: (): number[] => sent.filter(({ type }) => type === 'cancel').map(({ id }) => id),
    /** Answers a request, counted from 0, and lets the window take it. */
    answer: (index: number, revision: number, result: unknown) => respond(index, revision, { ok: true, result }),
    fail: (index: number, error: SnapkeepError) => respond(index, 0, { ok: false, error: error.toBody() }),
    event: (revision: number, name: string, payload: unknown = {}) => frame({ type: 'event', revision, name, payload }),
  };
}
