import type { Schedule } from '../model/schedule.ts';
import type { ScheduledTimes } from './missed-times.ts';

const HOUR_MS = 3_600_000;
/** How late a backup may be before it is overdue: a quarter of the time between two scheduled times, within these bounds. */
const LEAST_GRACE_MS = 10 * 60_000;
const MOST_GRACE_MS = 6 * HOUR_MS;

/**
 * When a plan becomes overdue, in milliseconds since 1970: 1.25 intervals after the last good backup began, or a grace
 * after the first scheduled time that no good backup followed; `null` where nothing is expected.
 * @param anchor when the schedule was set
 * @param lastSuccess when the last good backup began, whatever began it
 * @param dueSince for schedules without scheduled times of their own: since when a backup is due
 */
export function overdueAt(
  schedule: Schedule,
  scheduledTimes: ScheduledTimes,
  anchor: number,
  lastSuccess: number | null,
  dueSince: number | null,
): number | null {
  const since = Math.max(anchor, lastSuccess ?? anchor);
  if (schedule.kind === 'manual') return null;
  if (schedule.kind === 'interval') return since + 1.25 * schedule.hours * HOUR_MS;
  if (schedule.kind === 'on-change') return dueSince === null ? null : Math.max(dueSince, since) + HOUR_MS;
  const missed = scheduledTimes.after(since);
  if (missed === null) return null;
  const following = scheduledTimes.after(missed) ?? missed + MOST_GRACE_MS * 4;
  return missed + Math.min(MOST_GRACE_MS, Math.max(LEAST_GRACE_MS, (following - missed) / 4));
}
