import type { WorkerMessage, WorkerOrder } from '../core/runs/worker-protocol.ts';
import { endWithParent } from './parent-watch.ts';

/** The channel to the process that has started this one. */
export interface ParentChannel {
  send(message: WorkerMessage): void;
  onOrder(listener: (order: WorkerOrder) => void): void;
  /** Whether the process that has started this one is still there. */
  isOpen(): boolean;
}

/** What Electron gives its utility processes instead of Node's channel. */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
}

/**
 * The channel as this process has it: Electron's, or the one of Node's `fork`. This process ends with its parent;
 * Chromium sees to that itself.
 */
export function parentChannel(): ParentChannel {
  const parent = process.ppid;
  const { parentPort } = process as { parentPort?: ParentPort };
  if (parentPort !== undefined) {
    return {
      send: (message) => parentPort.postMessage(message),
      onOrder: (listener) => parentPort.on('message', ({ data }) => listener(data as WorkerOrder)),
      isOpen: () => process.ppid === parent,
    };
  }
  process.on('disconnect', () => process.exit());
  endWithParent(parent);
  return {
    // A broken channel is reported by "disconnect".
    send: (message) => void process.send?.(message, undefined, {}, () => undefined),
    onOrder: (listener) => void process.on('message', (order) => listener(order as WorkerOrder)),
    isOpen: () => process.ppid === parent,
  };
}
