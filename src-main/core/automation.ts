import type { Plan } from '../../src-shared/model/plan.ts';
import type { Run } from '../../src-shared/model/run.ts';
import type { ScheduledJob } from '../../src-shared/model/schedule.ts';
import type { PingMoment } from './alerts/channels.ts';
import { Channels } from './alerts/channels.ts';
import { Watchdog } from './alerts/watchdog.ts';
import type { CoreContext } from './core-context.ts';
import { explainError } from './engine/engine-errors.ts';
import { orderOf, startBackup } from './jobs/backup.ts';
import { startDrill } from './jobs/drill.ts';
import { summarizePlan } from './jobs/plan-summary.ts';
import { pruneAfterBackup } from './jobs/prune.ts';
import { fingerprintOf, whatIsAway } from './scheduler/readiness.ts';
import { Scheduler } from './scheduler/scheduler.ts';

/** What goes on by itself. */
export interface Automation {
  readonly scheduler: Scheduler;
  readonly channels: Channels;
  /** Begins to serve schedules and to watch; not for hosts that are gone in a moment. */
  start(): void;
  /** Waits until what the clock has set off is under way and told. */
  settled(): Promise<void>;
  /** Stops, before the runs are cancelled. */
  close(): Promise<void>;
}

/** Puts together what goes on by itself. `core` is asked for only once something happens. */
export function createAutomation(
  parts: Omit<CoreContext, 'scheduler' | 'channels'>,
  core: () => CoreContext,
): Automation {
  const { catalog, clock, events, ports, runs, secrets } = parts;
  const scheduler = new Scheduler({
    clock,
    states: catalog.schedules,
    power: ports.power,
    plans: () => catalog.plans.list(),
    notOnBattery: () => catalog.settings.get().notOnBattery,
    pauseOfAll: () => catalog.settings.pause(),
    whatIsAway: (plan, job) => whatIsAway(catalog, plan, job),
    fingerprint: (plan) => fingerprintOf(plan.sourcePath),
    start: (plan, job, slot) => startForSlot(core(), plan, job, slot),
    ended: (runId) => runs.ended(runId),
    changed: () => events.emit('plans.changed', {}),
  });
  const channels = new Channels({ settings: () => catalog.settings.get(), secrets, notify: ports.notify });
  const watchdog = new Watchdog({
    clock,
    alerts: catalog.alerts,
    channels,
    plans: () => catalog.plans.list().map((plan) => summarizePlan(core(), plan)),
    undelivered: (channel, message) => events.emit('alerts.undelivered', { channel, message }),
  });
  /** The state in which each backup that goes on was last seen; an event comes with each bit of progress too. */
  const seen = new Map<string, Run['state']>();
  const stopFollowing = events.on('run.changed', ({ run }) => {
    if (run.kind !== 'backup' || run.planId === null || seen.get(run.id) === run.state) return;
    if (run.finishedAt === null) seen.set(run.id, run.state);
    else seen.delete(run.id);
    followBackup(core(), channels, watchdog, run);
  });
  return {
    scheduler,
    channels,
    start: () => {
      scheduler.start();
      watchdog.start();
    },
    settled: async () => {
      await scheduler.settled();
      await watchdog.settled();
    },
    close: async () => {
      scheduler.close();
      watchdog.close();
      stopFollowing();
      await scheduler.settled();
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

/** What follows the start and the end of a plan's backup: pings, and the prune after a good one. */
function followBackup(core: CoreContext, channels: Channels, watchdog: Watchdog, run: Run): void {
  const moment = momentOf(run);
  if (moment !== undefined) {
    channels
      .ping(run.planName ?? '', moment)
      .catch((error: unknown) =>
        core.events.emit('alerts.undelivered', { channel: 'ping', message: explainError(error, 'the ping').message }),
      );
  }
  if (run.finishedAt === null) return;
  if (run.state === 'succeeded' && run.planId !== null) pruneAfterBackup(core, run.planId);
  if (run.state === 'failed') watchdog.look();
}

function momentOf(run: Run): PingMoment | undefined {
  if (run.state === 'running') return 'start';
  if (run.state === 'succeeded') return 'success';
  return run.state === 'failed' ? 'fail' : undefined;
}
