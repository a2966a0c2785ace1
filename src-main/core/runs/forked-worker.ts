import { fork } from 'node:child_process';
import type { ProcessEnd, StartWorkerProcess } from '../ports.ts';

/**
 * Starts worker processes with Node's own `fork`, for hosts that run in Node.
 * @param workerFile the bundled worker: an absolute path to a JavaScript file
 */
export function forkedWorker(workerFile: string): StartWorkerProcess {
  return (output) => {
    const child = fork(workerFile, [], {
      // Options of this process, such as a debugger's port, are not for its children.
      execArgv: [],
      serialization: 'advanced',
      stdio: ['ignore', output ?? 'ignore', 'inherit', 'ipc'],
    });
    return {
      // The channel closes with the process; its end is what is acted upon.
      send: (message) => void (child.connected && child.send(message as object, () => undefined)),
      onMessage: (listener) => void child.on('message', listener),
      onEnd: (listener) => {
        const { promise, resolve } = Promise.withResolvers<ProcessEnd>();
        child.once('error', (error) => {
          if (child.pid === undefined) resolve({ error });
        });
        // "exit" may come before the last messages, "close" does not.
        child.once('close', (code, signal) => resolve({ code, signal }));
        void promise.then(listener);
      },
      kill: () => void child.kill('SIGKILL'),
    };
  };
}
