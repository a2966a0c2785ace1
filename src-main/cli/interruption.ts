import { watchNpm } from '../core/process/npm-watch.ts';
import { EXIT } from './output.ts';

const controller = new AbortController();

/** Aborted once this process is asked to stop before the end of its command. */
export const interruption = controller.signal;

/**
 * Notices from now on Ctrl-C, a terminal that is closed, whoever ends this process, and the end of the npm that started
 * it. The second time the process ends at once: whoever asks again does not want to wait.
 */
export function noticeInterruption(): void {
  const stop = (): void => {
    if (interruption.aborted) process.exit(EXIT.interrupted);
    controller.abort();
    // Nothing that would come from there is wanted any more.
    process.stdin.destroy();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  watchNpm(stop);
}
