import type { Core } from '../../src-main/core/core.ts';
import type { StartWorkerProcess } from '../../src-main/core/ports.ts';
import { workerProcess } from './worker-in-process.ts';

/** Worker processes, and a promise of the moment at which one is sent an order with the next text. */
export function tellingProcesses() {
  let waiting: { text: string; sent: () => void } | undefined;
  const startWorkerProcess: StartWorkerProcess = async (output) => {
    const worker = workerProcess(output);
    return {
      ...worker,
      send: (message) => {
        worker.send(message);
        if (waiting !== undefined && JSON.stringify(message).includes(waiting.text)) waiting.sent();
      },
    };
  };
  const sent = (text: string): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting = { text, sent: resolve };
    return promise;
  };
  return { startWorkerProcess, sent };
}

/** A median of less than 50 ms on a machine that does little else; several suites may run on this one. */
export const ANSWERED_MS = 250;

/** How long the service takes to answer, in milliseconds. The median of 21: one may come late. */
export async function medianAnswer(core: Core): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < 21; n++) {
    const started = performance.now();
    await core.call('plans.list', {});
    times.push(performance.now() - started);
  }
  return times.sort((one, other) => one - other)[10] ?? Number.NaN;
}
