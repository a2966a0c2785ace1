import type { Projection, Retention } from '../model/plan.ts';
import { DAY_MS } from '../rules/durations.ts';
import type { ScheduledTimes } from '../schedule/missed-times.ts';
import { decideRetention, type RetainedSnapshot } from './retention.ts';

const YEAR_MS = 365 * DAY_MS;
/** Of schedules that come more often, a projection takes one scheduled time per hour; in milliseconds. */
const FINEST_MS = 3_600_000;

/** What a projection is made from. */
export interface ProjectionInput {
  /** The snapshots that are stored now. */
  snapshots: ReadonlyArray<RetainedSnapshot & { sizeBytes: number }>;
  scheduledTimes: ScheduledTimes;
  retention: Retention;
  timeZone: string | null;
  /** Milliseconds since 1970. */
  now: number;
  /** The size of a snapshot where there is none to judge by. */
  snapshotBytes: number;
}

/** Says what a policy would keep in a year if every scheduled time until then made a snapshot as large as the newest ones. */
export function projectRetention(input: ProjectionInput): Projection {
  const { snapshots, scheduledTimes, retention, timeZone, now, snapshotBytes } = input;
  const recent = [...snapshots].sort((a, b) => b.order - a.order).slice(0, 5);
  const each =
    recent.length === 0 ? snapshotBytes : recent.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) / recent.length;
  const coming: RetainedSnapshot[] = [];
  const newest = recent[0]?.order ?? 0;
  for (
    let at = scheduledTimes.after(now);
    at !== null && at <= now + YEAR_MS;
    at = scheduledTimes.after(Math.max(at, at + FINEST_MS - 1))
  ) {
    const createdAt = new Date(at).toISOString();
    coming.push({
      id: createdAt,
      order: newest + coming.length + 1,
      origin: 'own',
      createdAt,
      pinned: false,
      missing: false,
      trigger: 'schedule',
      valid: true,
      level: 'checked',
      incomplete: false,
    });
  }
  const sizes = new Map<string, number>(snapshots.map(({ id, sizeBytes }) => [id, sizeBytes]));
  const times = new Map([...snapshots, ...coming].map(({ id, createdAt }) => [id, createdAt]));
  const decisions = decideRetention([...snapshots, ...coming], retention, { timeZone, now: now + YEAR_MS });
  const kept = decisions.filter(({ keep }) => keep);
  return {
    kept: kept.map(({ id, reasons }) => ({ at: times.get(id) ?? id, reasons })).reverse(),
    made: coming.length,
    bytes: Math.round(kept.reduce((sum, { id }) => sum + (sizes.get(id) ?? each), 0)),
  };
}
