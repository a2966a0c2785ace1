import { randomUUID } from 'node:crypto';
import type { Run } from '../../../src-shared/model/run.ts';
import { explainError } from '../engine/engine-errors.ts';
import type { RunSubject } from './run-work.ts';

const ABOUT_NOTHING = { planId: null, planName: null, snapshotId: null, destinationId: null, scheduledTime: null };

/** A run as it is before it starts. @param now when it is queued */
export function newRun(about: RunSubject, now: string): Run {
  return {
    id: randomUUID(),
    ...ABOUT_NOTHING,
    ...about,
    state: 'queued',
    progress: { phase: 'waiting', done: 0, total: null, rate: null },
    waitingFor: null,
    cancelRequested: false,
    queuedAt: now,
    startedAt: null,
    finishedAt: null,
    error: null,
    result: null,
  };
}

/** Says which scheduled times a run serves. */
export function scheduledTimeInWords({ at, scheduledTimes }: NonNullable<Run['scheduledTime']>): string {
  // In the machine's time zone, as a person would write it: 2026-11-20 02:00.
  const time = new Date(at).toLocaleString('sv-SE').slice(0, 16);
  if (scheduledTimes === 1) return `Scheduled run for ${time}.`;
  return `Catch-up run for ${scheduledTimes} missed scheduled times, the newest at ${time}.`;
}

/** A run as it is once it has ended. @param error `undefined`: it has succeeded */
export function endedRun(run: Run, error: unknown, now: string): Run {
  const problem = error === undefined ? null : explainError(error, run.subject).toBody();
  const state = problem === null ? 'succeeded' : problem.code === 'CANCELLED' ? 'cancelled' : 'failed';
  const progress = state === 'succeeded' ? { ...run.progress, phase: 'done' as const } : run.progress;
  return { ...run, state, finishedAt: now, waitingFor: null, error: problem, progress };
}
