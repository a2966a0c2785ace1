import type { Run, RunKind, RunPhase } from '../model/run.ts';

type Steps = ReadonlyArray<readonly [phase: RunPhase, weight: number]>;

const READ_BACK: Steps = [
  ['fetching', 3],
  ['verifying', 3],
  ['checking', 3],
];

/** The phases of a run in their usual order, with the time that each usually takes compared with the others. */
const STEPS: Partial<Record<RunKind, Steps>> = {
  backup: [
    ['copying', 3],
    ['reading', 1],
    ['compressing', 4],
    ['storing', 1],
    ['uploading', 2],
    ['verifying', 2],
    ['checking', 1],
  ],
  verify: READ_BACK,
  restoreTest: READ_BACK,
  'restore-check': [...READ_BACK, ['staging', 1], ['comparing', 2]],
  findRows: [
    ['searching', 3],
    ['comparing', 1],
  ],
  restore: [
    ['staging', 1],
    ['comparing', 1],
    ['safety-snapshot', 3],
    ['replacing', 4],
    ['confirming', 2],
  ],
};

/** Returns how much of a run is done over all its phases, from 0 to 1; `null` where it cannot be known. */
export function runShare({ kind, progress: { phase, done, total } }: Pick<Run, 'kind' | 'progress'>): number | null {
  const ofPhase = total === null || total === 0 ? null : Math.min(1, done / total);
  const steps = STEPS[kind];
  if (steps === undefined) return ofPhase;
  const at = steps.findIndex(([each]) => each === phase);
  if (at < 0) return phase === 'done' ? 1 : null;
  const weightOf = (some: Steps): number => some.reduce((sum, [, weight]) => sum + weight, 0);
  const [, weight] = steps[at] ?? [phase, 0];
  return (weightOf(steps.slice(0, at)) + (ofPhase ?? 0) * weight) / weightOf(steps);
}

/** The first moments of a run say little about the rest. */
const LEAST_ELAPSED_MS = 2000;
const LEAST_SHARE = 0.05;

/**
 * Returns how long a run will go on if it goes on as it did, in milliseconds; `null` until that can be said.
 * @param elapsedMs how long it has been active
 */
export function timeLeftOf(share: number | null, elapsedMs: number): number | null {
  if (share === null || share < LEAST_SHARE || elapsedMs < LEAST_ELAPSED_MS) return null;
  return (elapsedMs * (1 - share)) / share;
}
