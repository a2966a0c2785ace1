import { resolve } from 'node:path';
import type { StartWorkerProcess } from '../../src-main/core/ports.ts';
import type { WorkerMessage, WorkerOrder } from '../../src-main/core/runs/worker-protocol.ts';
import { TaskPerformer } from '../../src-main/worker/task-performer.ts';

/** Node runs it as it is. */
const CHECKER = resolve(import.meta.dirname, '../../src-main/worker/checker.ts');

/** Does the tasks of workers in this process: for many short ones, whose processes would take longer than they do. */
export const workerInProcess: StartWorkerProcess = () => {
  let listen: (message: unknown) => void = () => {};
  let end: () => void = () => {};
  // What is said arrives later, as from another process.
  const tell = (message: WorkerMessage): void => void setImmediate(() => listen(structuredClone(message)));
  const performer = new TaskPerformer(tell, () => {}, CHECKER);
  return {
    send: (order) => void setImmediate(() => performer.take(structuredClone(order) as WorkerOrder)),
    onMessage: (listener) => {
      listen = listener;
      tell({ type: 'ready' });
    },
    onEnd: (listener) => {
      end = () => listener({ code: 0, signal: null });
    },
    kill: () => void setImmediate(end),
  };
};
