import type { Readable } from 'node:stream';
import { utilityProcess } from 'electron';
import { errorCode } from '../core/engine/engine-errors.ts';
import type { StartWorkerProcess } from '../core/ports.ts';
import { passOn } from '../core/runs/forked-worker.ts';

/**
 * Starts worker processes as Electron's utility processes: its executable does not run as Node (see the fuses in
 * electron-builder.yml).
 * @param workerFile the bundled worker: an absolute path to a JavaScript file outside of the archive
 * @throws Error when asked for a descriptor, which only the command line has
 */
export function utilityWorker(workerFile: string): StartWorkerProcess {
  return (output) => {
    if (typeof output === 'number') throw new Error('A utility process has no descriptor of its parent.');
    const child = utilityProcess.fork(workerFile, [], {
      execArgv: [],
      serviceName: 'Snapkeep worker',
      stdio: ['ignore', output === null ? 'ignore' : 'pipe', 'inherit'],
    });
    // Electron types its streams more loosely than they are.
    if (output !== null && child.stdout !== null) passOn(child.stdout as Readable, output);
    let ended = false;
    // Before all other listeners: a message to a process that has ended would end this one too.
    child.once('exit', () => {
      ended = true;
    });
    return {
      send: (message) => {
        if (!ended) child.postMessage(message);
      },
      onMessage: (listener) => void child.on('message', listener),
      onEnd: (listener) => void child.once('exit', (code) => listener({ code, signal: null })),
      kill: () => {
        // Without a number it has not started yet, or is gone.
        if (child.pid === undefined) child.once('spawn', () => kill(child.pid));
        else kill(child.pid);
      },
    };
  };
}

/** Electron's own way only asks with SIGTERM, which a process in the middle of a statement does not hear. */
function kill(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}
