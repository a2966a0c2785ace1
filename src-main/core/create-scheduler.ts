import { isHistoryOnly } from '../../src-shared/model/history/history-settings.ts';
import type { Plan } from '../../src-shared/model/plan.ts';
import type { Run } from '../../src-shared/model/run.ts';
import type { ScheduledJob } from '../../src-shared/model/schedule.ts';
import { startFailed, startPlanBackup } from './backup/group-backup.ts';
import { orderOf } from './backup/start-backup.ts';
import type { CoreContext } from './core-context.ts';
import { foldersOf } from './destinations/destination-access.ts';
import { startCapture } from './history/start-capture.ts';
import { whatIsAway } from './schedule/readiness.ts';
import { Scheduler } from './schedule/scheduler.ts';
import { SourceWatch } from './schedule/source-watch.ts';
import { startRestoreTest } from './verify/start-restore-test.ts';

type Parts = Pick<CoreContext, 'background' | 'catalog' | 'clock' | 'log' | 'dataFolder' | 'events' | 'ports' | 'runs'>;

/** The scheduler of a core. @param core asked for only once something happens */
export function createScheduler(parts: Parts, core: () => CoreContext, checked: () => void): Scheduler {
  const { background, catalog, clock, events, log, ports, runs } = parts;
  const watch = new SourceWatch((plan) => [parts.dataFolder.path, ...foldersOf(catalog, [plan])]);
  return new Scheduler({
    clock,
    log,
    background,
    checked,
    states: catalog.schedules,
    power: ports.power,
    plans: () => catalog.plans.list(),
    notOnBattery: () => catalog.settings.get().notOnBattery,
    pauseOfAll: () => catalog.settings.pause(),
    whatIsAway: (plan, job) => whatIsAway(core(), plan, job),
    fingerprint: (plan) => watch.fingerprintOf(plan),
    start: (plan, job, scheduledTime) => startForScheduledTime(core(), plan, job, scheduledTime),
    endOf: (runId) => (runs.isActive(runId) ? null : catalog.runs.get(runId)),
    changed: (plan) => events.emit('plans.changed', { planIds: [plan.id] }),
  });
}

/** A scheduled time is served by a run, whatever happens: what cannot even begin is a run that failed. */
async function startForScheduledTime(
  core: CoreContext,
  plan: Plan,
  job: ScheduledJob,
  scheduledTime: NonNullable<Run['scheduledTime']>,
): Promise<Run> {
  try {
    if (job === 'restoreTest') return startRestoreTest(core, plan, scheduledTime);
    if (isHistoryOnly(plan.history)) return await startCapture(core, plan, { scheduledTime });
    return (await startPlanBackup(core, plan, orderOf(core, plan, scheduledTime))).run;
  } catch (error) {
    const kind = job === 'backup' && isHistoryOnly(plan.history) ? 'capture' : job;
    return startFailed(core, plan, kind, scheduledTime, error);
  }
}
