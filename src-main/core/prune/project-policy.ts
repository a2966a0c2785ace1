import type { ParsedParams, Result } from '../../../src-shared/contract/methods.ts';
import { projectRetention } from '../../../src-shared/retention/retention-projection.ts';
import type { CoreContext } from '../core-context.ts';
import { requireTimeZone, scheduledTimesOf } from '../schedule/calendar-times.ts';

/** What a schedule and a policy would come to, from now on, with the snapshots that a plan has. */
export function projectPolicy(
  { catalog, clock }: CoreContext,
  { planId, schedule, timeZone = null, retention, snapshotBytes = 0 }: ParsedParams<'retention.project'>,
): Result<'retention.project'> {
  requireTimeZone(timeZone);
  const snapshots = planId === undefined ? [] : catalog.kept.ofPlan(catalog.plans.require(planId).id);
  const now = clock.now().getTime();
  return projectRetention({
    snapshots: snapshots.map((snapshot) => ({ ...snapshot, sizeBytes: snapshot.diskBytes })),
    scheduledTimes: scheduledTimesOf(schedule, timeZone, now),
    retention,
    timeZone,
    now,
    snapshotBytes,
  });
}
