import type { Run } from '../../../src-shared/model/run.ts';
import type { DueTime, Pause, Schedule } from '../../../src-shared/model/schedule.ts';
import { classifyFailure } from '../../../src-shared/rules/failures.ts';
import { changeDueAt, NO_CHANGE, noticeChange } from '../../../src-shared/schedule/change-watch.ts';
import { advanceScheduledTimes, type ScheduledTimes } from '../../../src-shared/schedule/missed-times.ts';
import { isPauseOver } from '../../../src-shared/schedule/pauses.ts';
import type { ScheduleState } from '../catalog/repos/schedule-repo.ts';
import { isTimeToRetry, RETRY_LATER } from '../process/retry.ts';

/*
 * What a schedule remembers and how it changes: pure, so that years can be tried in seconds.
 * A scheduled time comes (`due`), is served by a run (`serving`), and is done, or due again when the run could not serve it.
 */

/** A schedule that has just been set. */
export function newState(schedule: string, now: number): ScheduleState {
  return {
    schedule,
    memory: { anchor: now, lastTime: null, due: null },
    change: NO_CHANGE,
    serving: null,
    attempts: 0,
    retryAt: null,
    waitingFor: null,
  };
}

/** Takes in what the clock says: a scheduled time may have come, and with it another try of what was away. */
export function followClock(state: ScheduleState, now: number, scheduledTimes: ScheduledTimes): ScheduleState {
  const memory = advanceScheduledTimes(state.memory, now, scheduledTimes);
  return memory === state.memory ? state : { ...state, memory, retryAt: null };
}

/** Takes in what the files of the source look like, for a schedule that follows changes. */
export function followSource(
  state: ScheduleState,
  schedule: Extract<Schedule, { kind: 'on-change' }>,
  fingerprint: string,
  now: number,
): ScheduleState {
  const change = noticeChange(state.change, fingerprint, now);
  const dueAt = changeDueAt(change, schedule);
  const due =
    state.memory.due ??
    (dueAt !== null && dueAt <= now && state.serving === null ? { scheduledTime: now, scheduledTimes: 1 } : null);
  return { ...state, change, memory: { ...state.memory, due } };
}

/** Whether a run may be started for the scheduled time that is due. */
export function mayStart(state: ScheduleState, now: number): boolean {
  return state.memory.due !== null && state.serving === null && isTimeToRetry(state.retryAt ?? 0, now);
}

/** A run serves the scheduled time from now on. */
export function begin(state: ScheduleState, runId: string): ScheduleState {
  const { due } = state.memory;
  if (due === null) return state;
  return {
    ...state,
    memory: { ...state.memory, due: null },
    serving: { runId, ...due },
    change: { ...state.change, backedUp: state.change.seen, changedSince: null, lastChange: null },
    waitingFor: null,
    retryAt: null,
  };
}

/** Something it needs is unavailable: it is tried again after a pause that grows. */
export function putOff(state: ScheduleState, waitingFor: string, now: number): ScheduleState {
  const attempts = state.attempts + 1;
  return { ...state, waitingFor, attempts, retryAt: now + RETRY_LATER.pauseAfter(attempts) };
}

/** It is tried again at the next check: the machine has slept, or a person has asked. */
export function tryAgain(state: ScheduleState): ScheduleState {
  return state.retryAt === null ? state : { ...state, retryAt: null };
}

/**
 * The run that served the scheduled time has ended. What was away or in use is waited for; what a crash or the end of Snapkeep
 * stopped is done again; what a person cancelled and what failed for good is not.
 * @param closing Snapkeep itself ends, and cancelled it
 */
export function finish(
  state: ScheduleState,
  run: Pick<Run, 'id' | 'state' | 'error'>,
  now: number,
  closing: boolean,
): ScheduleState {
  if (state.serving?.runId !== run.id) return state;
  const { scheduledTime, scheduledTimes } = state.serving;
  const done: ScheduleState = { ...state, serving: null };
  if (run.state === 'interrupted' || (run.state === 'cancelled' && closing))
    return dueAgain(done, scheduledTime, scheduledTimes);
  if (run.state === 'failed' && run.error !== null && classifyFailure(run.error.code) === 'unavailable') {
    return putOff(dueAgain(done, scheduledTime, scheduledTimes), run.error.message, now);
  }
  return { ...done, attempts: 0, retryAt: null, waitingFor: null };
}

/** The scheduled time that is due, for people. */
export function dueTime(state: ScheduleState): DueTime | null {
  const { due } = state.memory;
  if (due === null) return null;
  return {
    scheduledTime: new Date(due.scheduledTime).toISOString(),
    scheduledTimes: due.scheduledTimes,
    waitingFor: state.waitingFor,
    retryAt: state.retryAt === null ? null : new Date(state.retryAt).toISOString(),
  };
}

/** The longer of the pauses that are not over. */
export function activePause(pauses: ReadonlyArray<Pause | null>, now: number): Pause | null {
  const active = pauses.filter((pause) => pause !== null && !isPauseOver(pause, now));
  return active.reduce<Pause | null>((longest, pause) => (endOf(pause) > endOf(longest) ? pause : longest), null);
}

function endOf(pause: Pause | null): number {
  if (pause === null) return Number.NEGATIVE_INFINITY;
  return pause.until === null ? Number.POSITIVE_INFINITY : Date.parse(pause.until);
}

function dueAgain(state: ScheduleState, scheduledTime: number, scheduledTimes: number): ScheduleState {
  const { due } = state.memory;
  const merged =
    due === null
      ? { scheduledTime, scheduledTimes }
      : {
          scheduledTime: Math.max(scheduledTime, due.scheduledTime),
          scheduledTimes: scheduledTimes + due.scheduledTimes,
        };
  return { ...state, memory: { ...state.memory, due: merged } };
}
