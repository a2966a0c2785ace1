import type { Run } from '../../src-shared/model/run.ts';

/** Whether a run has not ended. */
export function isActive(run: Run): boolean {
  return run.state === 'queued' || run.state === 'running';
}

/** So many runs are known at least. With more, each new one takes the place of the oldest: a window may be open for months. */
const MOST_RUNS = 200;

/** A list with one more run, as long as it was where it is long; what goes on stays. */
export function added(runs: readonly Run[], run: Run): Run[] {
  const oldest = runs.findLastIndex((each) => !isActive(each));
  return [run, ...(runs.length < MOST_RUNS ? runs : runs.toSpliced(oldest, oldest < 0 ? 0 : 1))];
}
