import { join } from 'node:path';
import { inject } from 'vitest';
import type { StartWorkerProcess, WorkerProcess } from '../../src-main/core/ports.ts';
import { forkedWorker } from '../../src-main/core/runs/forked-worker.ts';
import type { WorkerMessage, WorkerOrder } from '../../src-main/core/runs/worker-protocol.ts';
import { TaskPerformer } from '../../src-main/worker/task-performer.ts';

const CHECKER = join(inject('bundles'), 'checker.cjs');

/** Starts worker processes as the product does, for tests of what only a process of its own can do. */
export const workerProcess = forkedWorker(join(inject('bundles'), 'worker.cjs'));

/**
 * Does the tasks of workers in this process, for starting one takes longer than most tasks of tests do. Views get their
 * process, which ends a query by its own end; so does what writes to a file descriptor.
 */
export const workerInProcess: StartWorkerProcess = (output) => {
  if (output !== null) return workerProcess(output);
  let listen: (message: unknown) => void = () => {};
  let end: () => void = () => {};
  // What is said arrives later, as from another process.
  const tell = (message: WorkerMessage): void => void setImmediate(() => listen(structuredClone(message)));
  const performer = new TaskPerformer(tell, () => {}, CHECKER);
  let view: WorkerProcess | null = null;
  const take = (order: WorkerOrder): void => {
    if (order.type === 'view') {
      view = workerProcess(null);
      view.onMessage((message) => (message as WorkerMessage).type === 'ready' || listen(message));
      view.onEnd(() => end());
    }
    if (view === null) performer.take(structuredClone(order));
    else view.send(order);
  };
  return {
    send: (order) => void setImmediate(() => take(order as WorkerOrder)),
    onMessage: (listener) => {
      listen = listener;
      tell({ type: 'ready' });
    },
    onEnd: (listener) => {
      end = () => listener({ code: 0, signal: null });
    },
    kill: () => (view === null ? void setImmediate(end) : view.kill()),
  };
};
