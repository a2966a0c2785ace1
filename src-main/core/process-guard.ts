import type { Log } from './ports.ts';

/**
 * Sees to it that no error of this process goes unheard. A rejection that nobody handles is logged, and the process
 * goes on: each piece of work stands for itself. After an exception that nobody caught nothing is certain any more:
 * the process ends, and says why.
 * @param log the log, once there is one
 * @param end tells the person, and ends the process
 */
export function guardProcess(log: () => Log | undefined, end: (error: unknown) => void): void {
  process.on('unhandledRejection', (error) => {
    const to = log();
    if (to === undefined) end(error);
    else to.error('A rejection was not handled.', { error });
  });
  process.on('uncaughtException', (error) => {
    log()?.error('An exception was not caught. The process ends.', { error });
    end(error);
  });
}
