import { z } from 'zod';

/** The scheduled times of a schedule on the time line; all instants in milliseconds since 1970. */
export interface ScheduledTimes {
  /** The first scheduled time after an instant; `null` when there is none. */
  after(instant: number): number | null;
  /** The newest scheduled time at or before an instant and after `since`; `null` when there is none. */
  latest(instant: number, since: number): number | null;
}

/** What is remembered of a schedule. Instants in milliseconds since 1970. */
export const ScheduleMemory = z.object({
  /** When the schedule was set; scheduled times up to then are not its own. */
  anchor: z.number(),
  /** The newest scheduled time that has come, served or not; `null` before the first. */
  lastTime: z.number().nullable(),
  /** The scheduled time that waits to be served, and how many are folded into it. */
  due: z.object({ scheduledTime: z.number(), scheduledTimes: z.int() }).nullable(),
});
export type ScheduleMemory = z.infer<typeof ScheduleMemory>;

/** A clock is corrected by so much without being wrong, in milliseconds: 10 minutes, as long as nothing is overdue. */
export const CLOCK_GRACE_MS = 10 * 60_000;

/** Missed scheduled times are counted up to here; what matters is that they are many. */
const MOST_COUNTED = 1000;

/**
 * Looks at the clock: which scheduled time has come since it was last looked at. However many came, one is to be served.
 *
 * What has come stays in the past while the clock is only corrected: scheduled times that had come do not come again. When it is
 * behind the newest known scheduled time by more than {@link CLOCK_GRACE_MS}, then or now it was wrong, and the schedule goes on
 * from what the clock says now: nothing would be backed up until the other time is reached again.
 */
export function advanceScheduledTimes(
  memory: ScheduleMemory,
  now: number,
  scheduledTimes: ScheduledTimes,
): ScheduleMemory {
  const known = Math.max(memory.anchor, memory.lastTime ?? memory.anchor);
  if (wasSetBack(memory, now)) return { anchor: now, lastTime: null, due: dueUntil(memory.due, now) };
  if (memory.due !== null && memory.due.scheduledTime - now > CLOCK_GRACE_MS)
    return { ...memory, due: dueUntil(memory.due, now) };
  const latest = scheduledTimes.latest(now, known);
  if (latest === null) return memory;
  const came = countScheduledTimes(scheduledTimes, known, latest);
  return {
    ...memory,
    lastTime: latest,
    due: { scheduledTime: latest, scheduledTimes: came + (memory.due?.scheduledTimes ?? 0) },
  };
}

/** What is due is due now, if the time of it has not come any more. */
const dueUntil = (due: ScheduleMemory['due'], now: number): ScheduleMemory['due'] =>
  due && { ...due, scheduledTime: Math.min(due.scheduledTime, now) };

/** Whether the clock is so far behind the newest known scheduled time that the schedule begins anew. */
export function wasSetBack({ anchor, lastTime }: ScheduleMemory, now: number): boolean {
  return Math.max(anchor, lastTime ?? anchor) - now > CLOCK_GRACE_MS;
}

/** The scheduled time that comes next. */
export function nextTime(memory: ScheduleMemory, now: number, scheduledTimes: ScheduledTimes): number | null {
  return scheduledTimes.after(Math.max(memory.anchor, memory.lastTime ?? memory.anchor, now));
}

/** The scheduled times at an interval in milliseconds from an instant on. */
export function timesEvery(anchor: number, intervalMs: number): ScheduledTimes {
  const indexAt = (instant: number): number => Math.floor((instant - anchor) / intervalMs);
  const at = (index: number): number => anchor + index * intervalMs;
  return {
    after: (instant) => at(Math.max(1, indexAt(instant) + 1)),
    latest: (instant, since) => {
      const index = indexAt(instant);
      return index >= 1 && at(index) > since ? at(index) : null;
    },
  };
}

/** No scheduled time at all. */
export const NO_SCHEDULED_TIMES: ScheduledTimes = { after: () => null, latest: () => null };

function countScheduledTimes(scheduledTimes: ScheduledTimes, since: number, latest: number): number {
  let count = 0;
  for (
    let scheduledTime = scheduledTimes.after(since);
    scheduledTime !== null && scheduledTime <= latest && count < MOST_COUNTED;
    scheduledTime = scheduledTimes.after(scheduledTime)
  )
    count += 1;
  return count;
}
