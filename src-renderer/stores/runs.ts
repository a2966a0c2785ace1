import type { Run } from '../../src-shared/model/run.ts';
import { answers, useKept } from './core.ts';

/**
 * Enters a run as an event has told it.
 * @returns whether it is new or in another state
 */
export function putRun(run: Run, revision: number): boolean {
  let before: Run | undefined;
  answers.patch('runs.list', {}, revision, (runs) => {
    const index = runs?.findIndex((each) => each.id === run.id) ?? -1;
    before = runs?.[index];
    return index < 0 ? added(runs ?? [], run) : (runs ?? []).with(index, run);
  });
  return before?.state !== run.state;
}

/** Enters a run that was just started, unless an event has told it already and maybe more. */
export function addRun(run: Run): void {
  answers.patch('runs.list', {}, Number.POSITIVE_INFINITY, (runs) =>
    runs?.some(({ id }) => id === run.id) ? runs : added(runs ?? [], run),
  );
}

/** So many runs are known at least. With more, each new one takes the place of the oldest: a window may be open for months. */
const MOST_RUNS = 200;

/** A list with one more run, as long as it was where it is long; what goes on stays. */
export function added(runs: readonly Run[], run: Run): Run[] {
  const oldest = runs.findLastIndex((each) => !isActive(each));
  return [run, ...(runs.length < MOST_RUNS ? runs : runs.toSpliced(oldest, oldest < 0 ? 0 : 1))];
}

/** Adds older runs at the end. */
export function addOlderRuns(older: readonly Run[]): void {
  answers.patch('runs.list', {}, Number.POSITIVE_INFINITY, (runs) => {
    const known = new Set(runs?.map(({ id }) => id));
    return [...(runs ?? []), ...older.filter(({ id }) => !known.has(id))];
  });
}

/** Returns a run by its id. */
export function useRun(runId: string | null): Run | undefined {
  return useKept('runs.list', (runs) => (runId === null ? undefined : runs?.find(({ id }) => id === runId)));
}

/** Returns the run of a plan that has not ended. */
export function useActiveRun(planId: string): Run | undefined {
  return useKept('runs.list', (runs) => runs?.find((run) => run.planId === planId && isActive(run)));
}

/** Whether a run has not ended. */
export function isActive(run: Run): boolean {
  return run.state === 'queued' || run.state === 'running';
}
