import type { Run, RunKind, RunPhase } from '../model/run.ts';

/** What the progress of a phase is counted in; `null`: nothing that says something to a person. */
export type ProgressUnit = 'byte' | 'file' | 'snapshot' | 'row' | 'table' | null;

/** A phase of a run, or phases of which it has one. */
interface Step {
  readonly phases: readonly RunPhase[];
  /** The time that it usually takes, compared with the others. */
  readonly weight: number;
  readonly unit: ProgressUnit;
}

const step = (phases: RunPhase | readonly RunPhase[], weight: number, unit: ProgressUnit = 'byte'): Step => ({
  phases: [phases].flat(),
  weight,
  unit,
});

const READ_BACK = [step('fetching', 3), step('verifying', 3), step('checking', 3)];
const OPEN_COPY = [step('fetching', 3), step(['verifying', 'copying'], 3)];

/** The steps of each kind of run in their usual order. Not every run has each. */
const STEPS: Readonly<Record<RunKind, readonly Step[]>> = {
  backup: [
    step('copying', 3),
    step('reading', 1),
    step('compressing', 4),
    step('storing', 1),
    step('uploading', 2),
    step('verifying', 2),
    step('checking', 1),
  ],
  capture: [step('copying', 3), step('reading', 3), step('uploading', 2)],
  export: [step('copying', 3), step('reading', 1), step('compressing', 4), step('storing', 4, 'row')],
  copy: [step('fetching', 2), step('uploading', 5)],
  restoreTest: READ_BACK,
  verify: READ_BACK,
  'restore-check': [...READ_BACK, step('staging', 1), step('comparing', 2)],
  restore: [
    step('staging', 1),
    step('checking', 1),
    step('comparing', 1),
    step('safety-snapshot', 3),
    step('replacing', 4),
    step('confirming', 2),
  ],
  undo: [step('verifying', 2), step('safety-snapshot', 3), step('replacing', 4), step('confirming', 2)],
  databaseDeletion: [step('safety-snapshot', 4), step('removing', 1, null)],
  prune: [step('removing', 1, 'snapshot')],
  pruneHistory: [step('fetching', 2), step('uploading', 2)],
  delete: [step('removing', 1, 'snapshot')],
  putBack: [step('checking', 1)],
  scan: [step('scanning', 1, 'snapshot')],
  cleanup: [],
  import: [step('finding', 1, null), step('importing', 4, 'file')],
  find: [step('finding', 1, 'file')],
  findRows: [step('searching', 3), step('comparing', 1)],
  browse: OPEN_COPY,
  compare: [step('verifying', 4, null), step('comparing', 3, 'table')],
  // The snapshot is unpacked, then the live database is copied.
  'put-back-check': [step('fetching', 3), step('verifying', 3), step('copying', 3), step('comparing', 3, 'row')],
  putBackRows: [...OPEN_COPY, step('safety-snapshot', 3), step('comparing', 1, null), step('replacing', 2, 'row')],
};

/** Returns how much of a run is done over all its steps, from 0 to 1; `null` where it cannot be known. */
export function runShare({ kind, progress: { phase, done, total } }: Pick<Run, 'kind' | 'progress'>): number | null {
  if (phase === 'done') return 1;
  const ofPhase = total === null || total === 0 ? null : Math.min(1, done / total);
  const steps = STEPS[kind];
  const at = steps.findIndex(({ phases }) => phases.includes(phase));
  const current = steps[at];
  if (current === undefined || (steps.length === 1 && ofPhase === null)) return null;
  const weightOf = (some: readonly Step[]): number => some.reduce((sum, { weight }) => sum + weight, 0);
  return (weightOf(steps.slice(0, at)) + (ofPhase ?? 0) * current.weight) / weightOf(steps);
}

/** Returns what the progress of a run is counted in now. */
export const progressUnit = ({ kind, progress: { phase } }: Pick<Run, 'kind' | 'progress'>): ProgressUnit =>
  STEPS[kind].find(({ phases }) => phases.includes(phase))?.unit ?? null;

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
