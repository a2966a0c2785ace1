import { setImmediate } from 'node:timers/promises';
import { isBackup, isReplacing, type Run } from '../../src-shared/model/run.ts';
import { DAY_MS } from '../../src-shared/rules/durations.ts';
import type { PingMoment } from './alerts/channels.ts';
import { copyCatalog } from './catalog/catalog-copies.ts';
import type { CoreContext } from './core-context.ts';
import { explainError } from './engine/engine-errors.ts';
import { pruneHistories } from './history/prune-history.ts';
import { checkEverything } from './plans/check-everything.ts';
import { checkSource } from './plans/check-source.ts';
import { pruneByRetention } from './prune/prune.ts';
import { pruneSafetySnapshots } from './restore/undo/prune-safety.ts';
import { expireTrash } from './trash/empty-trash.ts';
import { verifyPoints } from './verify/verify-points.ts';

/** Something that is done when a run begins or has ended. */
export interface RunStep {
  readonly name: string;
  follows(run: Run): boolean;
  /** Tried again when it fails. */
  work(core: CoreContext, run: Run): Promise<void> | void;
}

/** Something that is done again and again. */
export interface RecurringStep {
  readonly name: string;
  readonly everyMs: number;
  /** It is due when the machine wakes, too. */
  readonly afterSleep?: true;
  work(core: CoreContext): Promise<void> | void;
}

/** What is done as a run begins, in order. */
export const AT_RUN_START: readonly Pick<RunStep, 'name' | 'work'>[] = [{ name: 'pings', work: ping }];

/** What follows the end of a run, in order; a step waits for those before it. */
export const AFTER_RUN: readonly RunStep[] = [
  { name: 'pings', follows: () => true, work: ping },
  {
    name: 'copies',
    follows: ({ kind }) => kind === 'backup' || kind === 'copy',
    work: ({ copier }, run) => (run.kind === 'copy' ? copier.ended(run) : copier.tick()),
  },
  {
    name: 'retention',
    follows: ({ kind, state }) => (kind === 'backup' || kind === 'copy') && state === 'succeeded',
    work: pruneAfter,
  },
  {
    name: 'safety snapshots',
    follows: ({ kind }) => isReplacing(kind),
    work: pruneSafetySnapshots,
  },
  {
    name: 'source check',
    follows: isBackup,
    work: checkSourceOf,
  },
  {
    name: 'alerts',
    follows: ({ kind, planId }) =>
      planId !== null && ['backup', 'capture', 'copy', 'restoreTest', 'verify'].includes(kind),
    work: ({ watchdog }, { planId }) => watchdog.tick(planId === null ? undefined : [planId]),
  },
];

const MINUTE_MS = 60_000;
/** So long runs and their logs are kept for certain, if they are not too many; milliseconds: 90 days. */
const RUNS_KEPT_MS = 90 * DAY_MS;

/** What the clock sets off beside schedules and copies, in hosts that stay and at the end of `run-due`. */
export const RECURRING: readonly RecurringStep[] = [
  { name: 'checks', everyMs: 60 * MINUTE_MS, afterSleep: true, work: checkEverything },
  { name: 'alerts', everyMs: MINUTE_MS, work: ({ watchdog }) => watchdog.tick() },
  { name: 'delivery', everyMs: MINUTE_MS, work: ({ deliveries }) => deliveries.tick() },
  { name: 'retention of runs', everyMs: DAY_MS, work: removeOldRuns },
  { name: 'copy of the catalog', everyMs: 60 * MINUTE_MS, work: copyCatalog },
  { name: 'clean-up of folders', everyMs: 10 * MINUTE_MS, work: ({ cleanUp }) => cleanUp.tick() },
  { name: 'safety snapshots', everyMs: DAY_MS, work: pruneSafetySnapshots },
  { name: 'histories', everyMs: 60 * MINUTE_MS, work: pruneHistories },
  { name: 'verification of points', everyMs: 60 * MINUTE_MS, work: verifyPoints },
  { name: 'trash', everyMs: 60 * MINUTE_MS, work: expireTrash },
];

async function removeOldRuns({ catalog, clock }: CoreContext): Promise<void> {
  // A clock that is ahead for a moment makes nothing old.
  const now = catalog.settings.countedNow(clock.now().getTime());
  const olderThan = new Date(now - RUNS_KEPT_MS).toISOString();
  while (catalog.runs.removeOld(olderThan) > 0) await setImmediate();
}

/** A backup has seen its source: also where nothing stays that would check it every hour. */
async function checkSourceOf(core: CoreContext, { planId }: Run): Promise<void> {
  const plan = planId === null ? undefined : core.catalog.plans.get(planId);
  if (plan !== undefined) await checkSource(core, plan);
}

/** Pings the address of a plan, in the order of the moments; nothing waits for it. */
function ping({ background, channels, events }: CoreContext, run: Run): void {
  const moment = momentOf(run);
  if (moment === null) return;
  background.append('pings', async () => {
    try {
      await channels.ping(run.planName ?? '', moment);
    } catch (error) {
      events.emit('alerts.undelivered', { channel: 'ping', message: explainError(error, 'the ping').message });
    }
  });
}

function momentOf(run: Run): PingMoment | null {
  const { planId, state } = run;
  if (!isBackup(run) || planId === null) return null;
  if (state === 'running') return 'start';
  if (state === 'succeeded') return 'success';
  return state === 'failed' ? 'fail' : null;
}

/** What has come to a destination may be more than its retention keeps there, or what another one was keeping for it. */
async function pruneAfter(core: CoreContext, { planId, destinationId }: Run): Promise<void> {
  if (planId !== null && destinationId === null) return pruneByRetention(core, planId);
  for (const plan of core.catalog.plans.list())
    if (plan.destinations.some((each) => each.destinationId === destinationId)) await pruneByRetention(core, plan.id);
}
