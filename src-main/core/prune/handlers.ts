import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import { projectRetention } from '../../../src-shared/retention/retention-projection.ts';
import type { CoreContext } from '../core-context.ts';
import type { Handlers } from '../handler.ts';
import { requireTimeZone, scheduledTimesOf } from '../schedule/calendar-times.ts';
import { startPrune } from './prune.ts';
import { previewPrune } from './prune-preview.ts';

/** Previews and starts prunes. */
export function pruneHandlers(core: CoreContext): Handlers<MethodsOf<'prune'>> {
  return {
    'prune.preview': ({ planId, ...request }) => previewPrune(core, core.catalog.plans.require(planId), request),
    'prune.start': ({ planId, confirmation, ...request }) => ({
      run: startPrune(core, core.catalog.plans.require(planId), request, confirmation),
    }),
  };
}

/** Says what a policy would come to. */
export function retentionHandlers(core: CoreContext): Handlers<MethodsOf<'retention'>> {
  return {
    'retention.project': ({ planId, schedule, timeZone = null, retention, snapshotBytes = 0 }) => {
      requireTimeZone(timeZone);
      const snapshots = planId === undefined ? [] : core.catalog.kept.ofPlan(core.catalog.plans.require(planId).id);
      const now = core.clock.now().getTime();
      return projectRetention({
        snapshots: snapshots.map((snapshot) => ({ ...snapshot, sizeBytes: snapshot.diskBytes })),
        scheduledTimes: scheduledTimesOf(schedule, timeZone, now),
        retention,
        timeZone,
        now,
        snapshotBytes,
      });
    },
  };
}
