import { Worker } from 'node:worker_threads';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { LogEntry, RunPhase } from '../../../src-shared/model/run.ts';
import type { DatabaseKey } from '../engine/database-key.ts';
import type { SealSecret } from '../engine/seal.ts';
import { cancelledError } from '../engine/task-context.ts';
import { GrowthWatch } from './growth-watch.ts';
import type { WorkerMessage, WorkerStart, WorkerTaskName, WorkerTasks } from './worker-protocol.ts';

/** Who is told what a worker says while it works. */
export interface WorkerListener {
  onProgress?(phase: RunPhase, done: number, total: number | null): void;
  onLog?(level: LogEntry['level'], message: string): void;
  /** What Undo would put back; `null`: nothing was replaced after all. The worker waits until this has returned. */
  onSafety?(manifest: Manifest | null): void;
}

/** What a task is done with. */
export interface WorkerOptions {
  stagingFolder: string;
  signal: AbortSignal;
  listener?: WorkerListener;
  keys?: readonly DatabaseKey[];
  sealSecrets?: readonly SealSecret[];
}

/** Does one task in a worker thread of its own. */
export type RunInWorker = <T extends WorkerTaskName>(
  task: T,
  request: WorkerTasks[T]['request'],
  options: WorkerOptions,
) => Promise<WorkerTasks[T]['result']>;

/**
 * Makes the function that starts workers. A worker is asked to stop, never killed: SQLite must get the chance to roll
 * back and to give its locks free. A listener that throws has it stopped, and the task fails with what was thrown.
 * @param workerFile the bundled worker
 * @param onUnsealed told what has opened a seal
 */
export function createWorkerRunner(workerFile: string, onUnsealed: (secret: SealSecret) => void): RunInWorker {
  return (task, request, { stagingFolder, signal, listener = {}, keys = [], sealSecrets = [] }) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(cancelledError());
      const cancelFlag = new SharedArrayBuffer(4);
      const workerData: WorkerStart = { task, request, stagingFolder, keys, sealSecrets, cancelFlag };
      const worker = new Worker(workerFile, { workerData });
      const cancel = (): void => {
        Atomics.store(new Int32Array(cancelFlag), 0, 1);
      };
      signal.addEventListener('abort', cancel);
      const growth = new GrowthWatch((phase, done, total) => listener.onProgress?.(phase, done, total));
      const tellUnsealed = (fingerprint: string): void => {
        for (const secret of sealSecrets) if (secret.fingerprint === fingerprint) onUnsealed(secret);
      };
      let outcome: (() => void) | undefined;
      let notTaken: { error: unknown } | undefined;
      worker.on('message', (message: WorkerMessage) => {
        growth.stop();
        if (message.type === 'finished') outcome = () => resolve(message.result as never);
        else if (message.type === 'failed') outcome = () => reject(SnapkeepError.fromBody(message.error));
        else {
          try {
            pass(message, listener, growth, tellUnsealed);
          } catch (error) {
            notTaken ??= { error };
            cancel();
          }
          if (message.type === 'safety') worker.postMessage('taken');
        }
      });
      worker.on('error', (error) => {
        outcome = () =>
          reject(
            new SnapkeepError('INTERNAL', `The worker failed: ${error.message}`, {
              hint: 'Copy the details and report them.',
              cause: error,
            }),
          );
      });
      // Only once the thread is gone are its files closed and its locks free.
      worker.on('exit', (code) => {
        growth.stop();
        signal.removeEventListener('abort', cancel);
        if (notTaken !== undefined) reject(notTaken.error);
        else if (outcome !== undefined) outcome();
        else
          reject(
            new SnapkeepError('INTERNAL', `The worker ended with code ${code} and without an answer.`, {
              hint: 'Try again, and report it if it stays.',
            }),
          );
      });
    });
}

function pass(
  message: Exclude<WorkerMessage, { type: 'finished' | 'failed' }>,
  listener: WorkerListener,
  growth: GrowthWatch,
  tellUnsealed: (fingerprint: string) => void,
): void {
  if (message.type === 'watch') growth.start(message);
  else if (message.type === 'progress') listener.onProgress?.(message.phase, message.done, message.total);
  else if (message.type === 'log') listener.onLog?.(message.level, message.message);
  else if (message.type === 'unsealed') tellUnsealed(message.fingerprint);
  else listener.onSafety?.(message.manifest);
}
