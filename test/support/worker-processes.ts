import { readdirSync, readFileSync } from 'node:fs';

/** The worker processes of this one that go on, by their ids. Linux alone. */
export function workerProcesses(): number[] {
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'latin1');
      const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const isWorker = readFileSync(`/proc/${entry}/cmdline`, 'latin1').includes('worker.cjs');
      return isWorker && state !== 'Z' && Number(parent) === process.pid ? [Number(entry)] : [];
    } catch {
      return [];
    }
  });
}
