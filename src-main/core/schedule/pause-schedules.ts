import type { ParsedParams } from '../../../src-shared/contract/methods.ts';
import type { Pause } from '../../../src-shared/model/schedule.ts';
import type { CoreContext } from '../core-context.ts';

/**
 * Pauses the schedules of a plan, of a group, or of all plans, or resumes them.
 * @param paused `null` resumes
 * @throws SnapkeepError `NOT_FOUND`
 */
export function pauseSchedules(
  core: CoreContext,
  { planId, group }: ParsedParams<'schedules.resume'>,
  paused: Pause | null,
): void {
  const { plans, settings } = core.catalog;
  if (group !== undefined) {
    for (const plan of plans.requireGroup(group)) plans.save({ ...plan, paused });
  } else if (planId === undefined) {
    settings.savePause(paused);
    core.events.emit('schedules.changed', { paused });
  } else {
    plans.save({ ...plans.require(planId), paused });
  }
  core.scheduler.tick();
  core.copier.tick();
  core.events.emit('destinations.changed', { destinationIds: null });
  core.events.emit('plans.changed', { planIds: planId === undefined ? null : [planId] });
}
