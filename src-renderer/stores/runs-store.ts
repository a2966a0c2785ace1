import { create } from 'zustand';
import type { Run } from '../../src-shared/model/run.ts';

interface RunsState {
  /** Newest first; `null` until they have been fetched. */
  runs: Run[] | null;
}

/** The runs the window knows of. */
export const useRunsStore = create<RunsState>(() => ({ runs: null }));

/** Enters a run that is new or has changed. */
export function putRun(run: Run): void {
  useRunsStore.setState(({ runs }) => {
    const known = runs ?? [];
    const index = known.findIndex((each) => each.id === run.id);
    return { runs: index < 0 ? [run, ...known] : known.with(index, run) };
  });
}

/** Adds older runs at the end. */
export function addOlderRuns(older: readonly Run[]): void {
  useRunsStore.setState(({ runs }) => {
    const known = new Set(runs?.map((run) => run.id));
    return { runs: [...(runs ?? []), ...older.filter((run) => !known.has(run.id))] };
  });
}

/** A run by its id. */
export function useRun(runId: string | null): Run | undefined {
  return useRunsStore((state) => (runId === null ? undefined : state.runs?.find((run) => run.id === runId)));
}

/** What goes on or waits for a plan. */
export function useActiveRun(planId: string): Run | undefined {
  return useRunsStore((state) => state.runs?.find((run) => run.planId === planId && isActive(run)));
}

/** Whether a run has not ended. */
export function isActive(run: Run): boolean {
  return run.state === 'queued' || run.state === 'running';
}
