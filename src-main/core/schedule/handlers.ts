import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import type { Pause } from '../../../src-shared/model/schedule.ts';
import { readOldSchedules } from '../../../src-shared/third-party/old-schedules.ts';
import type { CoreContext } from '../core-context.ts';
import type { Handlers } from '../handler.ts';
import { requireTimeZone, scheduledTimesOf } from './calendar-times.ts';
import { activePause } from './schedule-state.ts';
import { scheduleInWords } from './schedule-words.ts';

const PREVIEWED_SCHEDULED_TIMES = 5;

/** Previews, pauses and resumes schedules. */
export function schedulesHandlers(core: CoreContext): Handlers<MethodsOf<'schedules'>> {
  const { catalog, clock, events } = core;
  const pause = (
    planId: string | undefined,
    group: string | undefined,
    paused: Pause | null,
  ): Record<string, never> => {
    if (group !== undefined) {
      for (const plan of catalog.plans.requireGroup(group)) catalog.plans.save({ ...plan, paused });
    } else if (planId === undefined) {
      catalog.settings.savePause(paused);
      events.emit('schedules.changed', { paused });
    } else {
      catalog.plans.save({ ...catalog.plans.require(planId), paused });
    }
    core.scheduler.tick();
    core.copier.tick();
    events.emit('destinations.changed', { destinationIds: null });
    events.emit('plans.changed', { planIds: planId === undefined ? null : [planId] });
    return {};
  };
  return {
    'schedules.preview': ({ schedule, timeZone = null }) => {
      requireTimeZone(timeZone);
      const now = clock.now().getTime();
      const scheduledTimes = scheduledTimesOf(schedule, timeZone, now);
      const next: string[] = [];
      for (
        let scheduledTime = scheduledTimes.after(now);
        scheduledTime !== null && next.length < PREVIEWED_SCHEDULED_TIMES;
        scheduledTime = scheduledTimes.after(scheduledTime)
      )
        next.push(new Date(scheduledTime).toISOString());
      return { words: scheduleInWords(schedule, timeZone), next };
    },
    'schedules.pause': ({ planId, group, until }) => pause(planId, group, { until, since: clock.now().toISOString() }),
    'schedules.resume': ({ planId, group }) => pause(planId, group, null),
    'schedules.readOld': ({ text, path }) => readOldSchedules(text, path),
    'schedules.status': () => ({ paused: activePause([catalog.settings.pause()], clock.now().getTime()) }),
  };
}
