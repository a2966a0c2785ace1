import type { SnapkeepError } from '../../src-shared/contract/errors.ts';
import type { Plan } from '../../src-shared/model/plan.ts';
import type { Run } from '../../src-shared/model/run.ts';
import type { ScheduledJob } from '../../src-shared/model/schedule.ts';
import type { PingMoment } from './alerts/channels.ts';
import { Channels } from './alerts/channels.ts';
import { Watchdog } from './alerts/watchdog.ts';
import type { CoreContext } from './core-context.ts';
import { explainError } from './engine/engine-errors.ts';
import { orderOf, startBackup } from './jobs/backup.ts';
import { isAway, startCopyRun } from './jobs/copies.ts';
import { startDrill } from './jobs/drill.ts';
import { FollowUp } from './jobs/follow-up.ts';
import { foldersOf, requireThere, withPlace } from './jobs/places.ts';
import { summarizePlan } from './jobs/plan-summary.ts';
import { pruneByRetention } from './jobs/prune.ts';
import { Copier } from './scheduler/copier.ts';
import { whatIsAway } from './scheduler/readiness.ts';
import { activePause } from './scheduler/schedule-state.ts';
import { Scheduler } from './scheduler/scheduler.ts';
import { SourceWatch } from './scheduler/source-watch.ts';

/** What goes on by itself. */
export interface Automation {
  readonly scheduler: Scheduler;
  readonly copier: Copier;
  readonly channels: Channels;
  /** Begins to serve schedules and to watch; not for hosts that are gone in a moment. */
  start(): void;
  /**
   * Serves once what is due, for hosts that are gone in a moment: waits for the runs and what they set off, copies
   * included, and answers the runs in the order they ended.
   */
  serveDue(): Promise<Run[]>;
  /** Waits until what the clock has set off is under way and told. */
  settled(): Promise<void>;
  /** Stops, before the runs are cancelled. */
  close(): Promise<void>;
}

/** Puts together what goes on by itself. `core` is asked for only once something happens. */
export function createAutomation(
  parts: Omit<CoreContext, 'scheduler' | 'copier' | 'channels'>,
  core: () => CoreContext,
): Automation {
  const { catalog, clock, events, ports, runs, secrets } = parts;
  const watch = new SourceWatch((plan) => [parts.dataFolder.path, ...foldersOf(catalog, [plan])]);
  const scheduler = new Scheduler({
    clock,
    states: catalog.schedules,
    power: ports.power,
    plans: () => catalog.plans.list(),
    notOnBattery: () => catalog.settings.get().notOnBattery,
    pauseOfAll: () => catalog.settings.pause(),
    whatIsAway: (plan, job) => whatIsAway(catalog, plan, job),
    fingerprint: (plan) => watch.fingerprintOf(plan),
    start: (plan, job, slot) => startForSlot(core(), plan, job, slot),
    ended: (runId) => runs.ended(runId),
    changed: () => events.emit('plans.changed', {}),
  });
  const copier = new Copier({
    clock,
    power: ports.power,
    awaited: () => catalog.copies.awaited(),
    heldBack: () => {
      if (activePause([catalog.settings.pause()], clock.now().getTime()) !== null) return 'everything is paused.';
      return catalog.settings.get().notOnBattery && ports.power?.onBattery()
        ? 'this machine runs on its battery.'
        : null;
    },
    probe: (id) => probe(core(), id),
    start: (id) => startCopies(core(), id),
    ended: (runId) => runs.ended(runId),
    explain: (id, why) => {
      catalog.copies.explainWaiting(id, why.message);
      events.emit('plans.changed', {});
      events.emit('destinations.changed', {});
    },
  });
  const channels = new Channels({ settings: () => catalog.settings.get(), secrets, notify: ports.notify });
  const watchdog = new Watchdog({
    clock,
    alerts: catalog.alerts,
    channels,
    plans: () => catalog.plans.list().map((plan) => summarizePlan(core(), plan)),
    undelivered: (channel, message) => events.emit('alerts.undelivered', { channel, message }),
  });
  const followUp = new FollowUp(clock, (runId, message) =>
    catalog.runs.addLog(runId, { at: clock.now().toISOString(), level: 'warning', message }),
  );
  /** The state in which each backup that goes on was last seen; an event comes with each bit of progress too. */
  const seen = new Map<string, Run['state']>();
  const stopFollowing = events.on('run.changed', ({ run }) => {
    const { destinationId } = run;
    if (run.kind === 'copy' && run.state === 'succeeded' && destinationId !== null)
      followUp.add(run.id, () => pruneAt(core(), destinationId));
    if (run.kind !== 'backup' || run.planId === null || seen.get(run.id) === run.state) return;
    if (run.finishedAt === null) seen.set(run.id, run.state);
    else seen.delete(run.id);
    followBackup(core(), channels, watchdog, run, followUp);
  });
  const settled = async (): Promise<void> => {
    await scheduler.settled();
    await followUp.settled();
    await copier.settled();
    await watchdog.settled();
  };
  return {
    scheduler,
    copier,
    channels,
    serveDue: async () => {
      const ended = new Map<string, Run>();
      const stop = events.on('run.changed', ({ run }) => {
        if (run.finishedAt !== null) ended.set(run.id, run);
      });
      scheduler.serve();
      copier.look({ atOnce: true });
      for (let run: Run | undefined; ; ) {
        await settled();
        [run] = runs.active();
        if (run === undefined) break;
        await runs.ended(run.id);
      }
      scheduler.close();
      watchdog.look();
      await settled();
      stop();
      return [...ended.values()];
    },
    start: () => {
      scheduler.start();
      copier.start();
      watchdog.start();
    },
    settled,
    close: async () => {
      scheduler.close();
      copier.close();
      watchdog.close();
      followUp.close();
      stopFollowing();
      await scheduler.settled();
      await followUp.settled();
      await copier.settled();
    },
  };
}

/** A slot is served by a run, whatever happens: what cannot even begin is a run that failed. */
async function startForSlot(
  core: CoreContext,
  plan: Plan,
  job: ScheduledJob,
  slot: NonNullable<Run['slot']>,
): Promise<Run> {
  try {
    return job === 'backup' ? await startBackup(core, orderOf(core, plan, slot)) : startDrill(core, plan, slot);
  } catch (error) {
    return core.runs.start({
      kind: job,
      planId: plan.id,
      planName: plan.name,
      subject: plan.name,
      locks: [],
      folders: [],
      slot,
      work: () => Promise.reject(error as Error),
    });
  }
}

/** Asks a destination whether it is there. What does not go away by itself is met by the run, which says so. */
async function probe(core: CoreContext, destinationId: string): Promise<SnapkeepError | null> {
  const destination = core.catalog.destinations.get(destinationId);
  if (destination === undefined) return null;
  try {
    await withPlace(core, destination, (driver) => requireThere(core, destination, driver));
    return null;
  } catch (error) {
    const explained = explainError(error, destination.name);
    return isAway(explained) ? explained : null;
  }
}

function startCopies(core: CoreContext, destinationId: string): Run | null {
  const destination = core.catalog.destinations.get(destinationId);
  return destination === undefined ? null : startCopyRun(core, destination);
}

/** What has come to a destination may be more than its retention keeps there, or what another one was keeping for it. */
async function pruneAt(core: CoreContext, destinationId: string): Promise<void> {
  const plans = core.catalog.plans.list();
  for (const plan of plans)
    if (plan.destinations.some((each) => each.destinationId === destinationId)) await pruneByRetention(core, plan.id);
}

/** What follows the start and the end of a plan's backup: pings, and, after a good one, the prune and the copies. */
function followBackup(core: CoreContext, channels: Channels, watchdog: Watchdog, run: Run, followUp: FollowUp): void {
  const moment = momentOf(run);
  if (moment !== undefined) {
    channels
      .ping(run.planName ?? '', moment)
      .catch((error: unknown) =>
        core.events.emit('alerts.undelivered', { channel: 'ping', message: explainError(error, 'the ping').message }),
      );
  }
  if (run.finishedAt === null) return;
  const { planId } = run;
  if (run.state === 'succeeded' && planId !== null) followUp.add(run.id, () => pruneByRetention(core, planId));
  core.copier.look();
  if (run.state === 'failed') watchdog.look();
}

function momentOf(run: Run): PingMoment | undefined {
  if (run.state === 'running') return 'start';
  if (run.state === 'succeeded') return 'success';
  return run.state === 'failed' ? 'fail' : undefined;
}
