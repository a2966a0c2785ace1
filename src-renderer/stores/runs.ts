import type { Run } from '../../src-shared/model/run.ts';
import { questionOf } from './answers.ts';
import { answers, useKept } from './core.ts';
import { added, isActive } from './run-list.ts';

/**
 * Enters the state of a run from an event.
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

/** Enters a run that was just started, unless an event has entered it already in this or a later state. */
export function addRun(run: Run): void {
  answers.patch('runs.list', {}, Number.POSITIVE_INFINITY, (runs) =>
    runs?.some(({ id }) => id === run.id) ? runs : added(runs ?? [], run),
  );
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

/** Waits until a run has ended. */
export function runEnded(runId: string): Promise<Run> {
  return new Promise((resolve) => {
    const look = (): void => {
      const runs = answers.store.getState().byQuestion[questionOf('runs.list', {})]?.value as Run[] | null | undefined;
      const run = runs?.find(({ id }) => id === runId);
      if (run === undefined || isActive(run)) return;
      stop();
      resolve(run);
    };
    const stop = answers.store.subscribe(look);
    look();
  });
}
