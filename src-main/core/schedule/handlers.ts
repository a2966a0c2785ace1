import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import { readOldSchedules } from '../../../src-shared/third-party/old-schedules.ts';
import type { CoreContext } from '../core-context.ts';
import type { Handlers } from '../handler.ts';
import { pauseSchedules } from './pause-schedules.ts';
import { previewSchedule } from './preview-schedule.ts';
import { activePause } from './schedule-state.ts';

/** Previews, pauses and resumes schedules. */
export function schedulesHandlers(core: CoreContext): Handlers<MethodsOf<'schedules'>> {
  const { catalog, clock } = core;
  return {
    'schedules.preview': (asked) => previewSchedule(asked, clock.now().getTime()),
    'schedules.pause': ({ until, ...scope }) => {
      pauseSchedules(core, scope, { until, since: clock.now().toISOString() });
      return {};
    },
    'schedules.resume': (scope) => {
      pauseSchedules(core, scope, null);
      return {};
    },
    'schedules.readOld': ({ text, path }) => readOldSchedules(text, path),
    'schedules.runDue': async () => ({ runs: await core.automaticWork.serveDue() }),
    'schedules.status': () => ({ paused: activePause([catalog.settings.pause()], clock.now().getTime()) }),
  };
}
