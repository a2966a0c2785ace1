import type { SnapkeepError } from '../../src-shared/contract/errors.ts';
import type { Plan } from '../../src-shared/model/plan.ts';
import type { Run } from '../../src-shared/model/run.ts';
import type { ScheduledJob } from '../../src-shared/model/schedule.ts';
import { classifyFailure } from '../../src-shared/rules/failures.ts';
import { orderOf } from './backup/backup.ts';
import { startFailed, startPlanBackup } from './backup/group-backup.ts';
import { Copier } from './copies/copier.ts';
import { startCopyRun } from './copies/copies.ts';
import { finishRemovals } from './copies/removal.ts';
import type { CoreContext } from './core-context.ts';
import { assertReachable, foldersOf, locationOf, withDestination } from './destinations/destination-access.ts';
import { explainError } from './engine/engine-errors.ts';
import { whatIsAway } from './schedule/readiness.ts';
import { activePause } from './schedule/schedule-state.ts';
import { Scheduler } from './schedule/scheduler.ts';
import { SourceWatch } from './schedule/source-watch.ts';
import { startRestoreTest } from './verify/restore-test.ts';

type Parts = Pick<CoreContext, 'background' | 'catalog' | 'clock' | 'log' | 'dataFolder' | 'events' | 'ports' | 'runs'>;

/** The scheduler of a core. @param core asked for only once something happens */
export function createScheduler(parts: Parts, core: () => CoreContext, looked: () => void): Scheduler {
  const { background, catalog, clock, events, log, ports, runs } = parts;
  const watch = new SourceWatch((plan) => [parts.dataFolder.path, ...foldersOf(catalog, [plan])]);
  return new Scheduler({
    clock,
    log,
    background,
    looked,
    states: catalog.schedules,
    power: ports.power,
    plans: () => catalog.plans.list(),
    notOnBattery: () => catalog.settings.get().notOnBattery,
    pauseOfAll: () => catalog.settings.pause(),
    whatIsAway: (plan, job) => whatIsAway(core(), plan, job),
    fingerprint: (plan) => watch.fingerprintOf(plan),
    start: (plan, job, scheduledTime) => startForScheduledTime(core(), plan, job, scheduledTime),
    endOf: (runId) => (runs.isActive(runId) ? null : catalog.runs.get(runId)),
    changed: () => events.emit('plans.changed', {}),
  });
}

/** The copier of a core. @param core asked for only once something happens */
export function createCopier(parts: Parts, core: () => CoreContext, looked: () => void): Copier {
  const { background, catalog, clock, events, ports, runs } = parts;
  return new Copier({
    clock,
    background,
    looked,
    awaited: () => catalog.copies.awaited(),
    heldBack: () => {
      if (activePause([catalog.settings.pause()], clock.now().getTime()) !== null) return 'all schedules are paused.';
      return catalog.settings.get().notOnBattery && ports.power?.onBattery() ? 'this machine runs on battery.' : null;
    },
    isCopying: (id) => runs.active().some((run) => run.kind === 'copy' && run.destinationId === id),
    probe: (id) => probe(core(), id),
    start: (id) => startCopies(core(), id),
    explain: (id, why) => {
      catalog.copies.explainWaiting(id, why.message);
      events.emit('plans.changed', {});
      events.emit('destinations.changed', {});
    },
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
    return (await startPlanBackup(core, plan, orderOf(core, plan, scheduledTime))).run;
  } catch (error) {
    return startFailed(core, plan, job, scheduledTime, error);
  }
}

/** Asks a destination whether it is there. What does not go away by itself is met by the run, which says so. */
async function probe(core: CoreContext, destinationId: string): Promise<SnapkeepError | null> {
  const destination = core.catalog.destinations.get(destinationId);
  if (destination === undefined) return null;
  try {
    await withDestination(core, destination, async (driver) => {
      await assertReachable(core, destination, driver);
      await finishRemovals(core, driver, destination, (name) => core.runs.isLocked(locationOf(destination, name)));
    });
    return null;
  } catch (error) {
    const explained = explainError(error, destination.name);
    return classifyFailure(explained.code) === 'unavailable' ? explained : null;
  }
}

function startCopies(core: CoreContext, destinationId: string): Run | null {
  const destination = core.catalog.destinations.get(destinationId);
  return destination === undefined ? null : startCopyRun(core, destination);
}
