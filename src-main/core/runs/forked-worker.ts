import { fork } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ProcessEnd, StartWorkerProcess, WorkerOutput, WorkerProcess } from '../ports.ts';

/** A worker process that has no task yet. */
interface IdleWorker {
  /** From now on this process waits for its end. */
  take(): WorkerProcess;
}

/** The worker process that was started ahead, and how many more may follow it. */
let next: IdleWorker | null = null;
let more = 0;

/**
 * Starts a worker process before its task is known, for a program that is about to need one and has to load until then.
 * Each one that gets a task is followed by another. One that gets none ends with this process, which does not wait for it.
 * @param workerFile as for {@link forkedWorker}
 * @param count how many are started so in all
 */
export function startWorkersAhead(workerFile: string, count: number): void {
  more = count;
  startNext(workerFile);
}

function startNext(workerFile: string): void {
  if (more === 0) return;
  more -= 1;
  next = startIdle(workerFile, null);
}

/**
 * Starts worker processes with Node's own `fork`, for hosts that run in Node.
 * @param workerFile the bundled worker: an absolute path to a JavaScript file
 */
export function forkedWorker(workerFile: string): (...given: Parameters<StartWorkerProcess>) => WorkerProcess {
  return (output) => {
    if (output !== null || next === null) return startIdle(workerFile, output).take();
    const taken = next.take();
    next = null;
    startNext(workerFile);
    return taken;
  };
}

/** Lets a stream have what a process writes, as fast as it takes it. A reader that is gone is the end for the writer, too. */
export function passOn(from: Readable, to: Writable): void {
  // The run says how it ended.
  pipeline(from, to).catch(() => from.destroy());
}

function startIdle(workerFile: string, output: WorkerOutput | null): IdleWorker {
  const child = fork(workerFile, [], {
    // Options of this process, such as a debugger's port, are not for its children.
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', typeof output === 'object' && output !== null ? 'pipe' : (output ?? 'ignore'), 'inherit', 'ipc'],
  });
  if (typeof output === 'object' && output !== null && child.stdout !== null) passOn(child.stdout, output);
  child.unref();
  child.channel?.unref();
  const early: unknown[] = [];
  let listen = (message: unknown): void => void early.push(message);
  child.on('message', (message) => listen(message));
  const ended = Promise.withResolvers<ProcessEnd>();
  child.once('error', (error) => {
    if (child.pid === undefined) ended.resolve({ error });
  });
  // "exit" may come before the last messages, "close" does not.
  child.once('close', (code, signal) => ended.resolve({ code, signal }));
  return {
    take: () => {
      child.ref();
      child.channel?.ref();
      return {
        // The channel closes with the process; its end is what counts.
        send: (message) => void (child.connected && child.send(message as object, () => undefined)),
        onMessage: (listener) => {
          listen = listener;
          for (const message of early.splice(0)) listener(message);
        },
        onEnd: (listener) => void ended.promise.then(listener),
        kill: () => void child.kill('SIGKILL'),
      };
    },
  };
}
