import type { Run } from '../../src-shared/model/run.ts';

/** Whether a run has not ended. */
export function isActive(run: Run): boolean {
  return run.state === 'queued' || run.state === 'running';
}

/** The size of the list from which each new run replaces the oldest one: a window may be open for months. */
const MOST_RUNS = 200;

/** Adds a run to the list. A full list does not grow; active runs stay. */
export function added(runs: readonly Run[], run: Run): Run[] {
  const oldest = runs.findLastIndex((each) => !isActive(each));
  return [run, ...(runs.length < MOST_RUNS ? runs : runs.toSpliced(oldest, oldest < 0 ? 0 : 1))];
}
