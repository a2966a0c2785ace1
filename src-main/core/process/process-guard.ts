import { setTimeout } from 'node:timers/promises';
import { errorCode } from '../engine/engine-errors.ts';
import type { ProcessLog } from '../ports.ts';

/** How long a process that has to end waits for the last lines of its log, in milliseconds: its disk may hang. */
const LAST_LINES_MS = 2_000;

/**
 * Sees to it that no error of this process goes unheard. A rejection that nobody handles is logged, and the process
 * goes on: each piece of work stands for itself. After an exception that nobody caught nothing is certain any more:
 * the process ends, and says why. Where the reader of its output has ended, as `head` does, the work goes on unheard.
 * @param log the log, once there is one
 * @param end tells the person, and ends the process
 */
export function guardProcess(log: () => ProcessLog | undefined, end: (error: unknown) => void): void {
  for (const output of [process.stdout, process.stderr])
    output.on('error', (error) => {
      if (errorCode(error) !== 'EPIPE') throw error;
    });
  process.on('unhandledRejection', (error) => {
    const to = log();
    if (to === undefined) end(error);
    else to.error('Unhandled promise rejection.', { error });
  });
  process.once('uncaughtException', (error) => {
    const to = log();
    if (to === undefined) return end(error);
    // Another exception meanwhile says no more than this one.
    process.on('uncaughtException', () => {});
    to.error('Uncaught exception. The process ends.', { error });
    void Promise.race([to.close(), setTimeout(LAST_LINES_MS)]).then(() => end(error));
  });
}
