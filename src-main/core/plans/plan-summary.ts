import type { Plan, PlanSummary } from '../../../src-shared/model/plan.ts';
import type { RestoreTestReceipt } from '../../../src-shared/model/restore/restore-test.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import type { ScheduleStatus } from '../../../src-shared/model/schedule.ts';
import type { SnapshotSummary } from '../../../src-shared/model/snapshot.ts';
import { DAY_MS } from '../../../src-shared/rules/durations.ts';
import { type BackupOnDay, dayOutcomes, type PlanFacts, planHealth } from '../../../src-shared/rules/health.ts';
import { CLOCK_GRACE_MS } from '../../../src-shared/schedule/due-times.ts';
import { overdueAt } from '../../../src-shared/schedule/overdue.ts';
import { copyProblemInWords, destinationLabel, waitingInWords } from '../../../src-shared/words/destination-words.ts';
import type { CopyCounts } from '../catalog/repos/copy-repo.ts';
import type { CoreContext } from '../core-context.ts';
import { pruningPaused } from '../prune/prune-brakes.ts';
import type { Scheduler } from '../schedule/scheduler.ts';
import { checkFacts, lastCheckOf, movedInWords } from './check-facts.ts';

const DAYS = 30;
/** So long copies may wait for a destination before the plan is overdue. */
const LATE_AFTER_MS = DAY_MS;

/** Says where a plan stands. */
export function summarizePlan(core: CoreContext, plan: Plan): PlanSummary {
  const { catalog, runs, scheduler } = core;
  const newest = catalog.snapshots.newestOwn(plan.id) ?? null;
  const totals = catalog.kept.totals(plan.id);
  const activeRun = runs.active().find((run) => run.planId === plan.id) ?? null;
  const ended = runs
    .list({ planId: plan.id, kinds: ['backup'], limit: 20 })
    .filter((run) => run.finishedAt !== null && run.state !== 'cancelled');
  const lastBackup = ended[0] ?? null;
  const schedule = scheduler.status(plan, 'backup');
  const counts = catalog.copies.countsOfPlan(plan.id);
  const destinations = destinationsOf(core, plan, counts);
  const lastRestoreTest = catalog.restoreTests.list(plan.id, 1)[0] ?? null;
  const stopped = pruningPaused(core, plan);
  const { state, reason } = planHealth({
    pruningPaused: stopped,
    lastBackup,
    newest: newest?.verification ?? null,
    incomplete: newest?.incomplete ?? null,
    running: activeRun?.kind === 'backup',
    overdue: isOverdue(core, plan, lastSuccess(ended, newest, core.clock.now().getTime()), schedule),
    waitingFor: schedule.due?.waitingFor ?? null,
    restoreTest: restoreTestFacts(core, plan, lastRestoreTest),
    paused: schedule.paused,
    copies: copyFacts(core, plan, destinations, counts),
    ...checkFacts(core, plan, destinations),
  });
  return {
    plan,
    state,
    reason,
    pruningPaused: stopped,
    notes: [...(stopped === null ? [] : [stopped]), ...movedInWords(catalog.checks.get(plan.id))],
    checkedAt: lastCheckOf(core, plan),
    destinations,
    snapshotCount: totals.count,
    storedBytes: totals.bytes,
    newest,
    lastBackup,
    activeRun,
    schedule,
    restoreTest: {
      schedule: scheduler.status(plan, 'restoreTest'),
      lastAt: lastRestoreTest?.at ?? null,
      valid: lastRestoreTest?.valid ?? null,
    },
    days: lastDays(core, plan),
  };
}

function destinationsOf(
  { catalog }: CoreContext,
  plan: Plan,
  counts: ReadonlyMap<string, CopyCounts>,
): PlanSummary['destinations'] {
  return plan.destinations.flatMap(({ destinationId }) => {
    const destination = catalog.destinations.get(destinationId);
    if (destination === undefined) return [];
    const { id, name, settings } = destination;
    const count = counts.get(id);
    return {
      id,
      name,
      label: destinationLabel(settings),
      kind: settings.kind,
      snapshotCount: count?.stored ?? 0,
      storedBytes: count?.storedBytes ?? 0,
      waitingCopies: count?.waiting ?? 0,
      failedCopies: count?.failed ?? 0,
      missingCopies: count?.missing ?? 0,
      reachedAt: destination.reachedAt,
      problem: count === undefined ? null : copyProblemInWords(count, name),
    };
  });
}

function copyFacts(
  core: CoreContext,
  plan: Plan,
  destinations: PlanSummary['destinations'],
  counts: ReadonlyMap<string, CopyCounts>,
): PlanFacts['copies'] {
  const facts: PlanFacts['copies'] = { failed: null, late: null, waiting: null };
  const heldBack = core.copier.heldBack();
  const now = core.clock.now().getTime();
  for (const { id, name, problem } of destinations) {
    const count = counts.get(id);
    if (count === undefined) continue;
    const { failed, waiting, waitingSince, waitingFor } = count;
    if (failed > 0) facts.failed ??= problem;
    if (waiting === 0 || waitingSince === null) continue;
    const since = Date.parse(waitingSince);
    const why = heldBack ?? waitingFor;
    if (heldBack === null && now - since > LATE_AFTER_MS) facts.late ??= waitingInWords(waiting, name, waitingFor);
    else if (why !== null || isLongerThanSchedule(core, plan, since, now))
      facts.waiting ??= waitingInWords(waiting, name, why);
  }
  return facts;
}

/** A copy that waits for nothing that is known is to be made before the next backup should be. */
function isLongerThanSchedule(core: CoreContext, plan: Plan, since: number, now: number): boolean {
  const { scheduledTimes } = core.scheduler.scheduledTimesOf(plan, 'backup');
  const at = overdueAt(plan.schedule, scheduledTimes, since, since, since);
  return at !== null && at <= now;
}

/** When the last good backup began, in milliseconds since 1970; the snapshot may have been found by a scan. */
function lastSuccess(backups: readonly Run[], newest: SnapshotSummary | null, now: number): number | null {
  const good = backups.find(({ state }) => state === 'succeeded');
  // What is dated in the future was made while the clock was wrong: how long ago that is, nobody knows.
  const instants = [good?.startedAt, newest?.createdAt]
    .filter((instant) => instant != null)
    .map(Date.parse)
    .filter((instant) => instant - now <= CLOCK_GRACE_MS);
  return instants.length === 0 ? null : Math.max(...instants);
}

function isOverdue(core: CoreContext, plan: Plan, last: number | null, schedule: ScheduleStatus): boolean {
  // Who has paused it knows; the pause is shown with its end.
  if (schedule.paused !== null) return false;
  const { anchor, scheduledTimes } = core.scheduler.scheduledTimesOf(plan, 'backup');
  const dueSince = schedule.due === null ? null : Date.parse(schedule.due.scheduledTime);
  const at = overdueAt(plan.schedule, scheduledTimes, anchor, last, dueSince);
  return at !== null && at <= core.clock.now().getTime();
}

function restoreTestFacts(core: CoreContext, plan: Plan, last: RestoreTestReceipt | null): PlanFacts['restoreTest'] {
  const { withinDays } = plan.restoreTest;
  const warning = last?.warning ?? null;
  if (withinDays === null) return { valid: last?.valid ?? null, late: false, warning };
  const since = Date.parse(last?.at ?? plan.updatedAt);
  return { valid: last?.valid ?? null, late: core.clock.now().getTime() - since > withinDays * DAY_MS, warning };
}

function lastDays(core: CoreContext, plan: Plan): PlanSummary['days'] {
  const now = core.clock.now();
  const noons = Array.from(
    { length: DAYS },
    (_, index) => new Date(now.getFullYear(), now.getMonth(), now.getDate() - (DAYS - 1 - index), 12),
  );
  const since = new Date(now.getTime() - DAYS * DAY_MS).toISOString();
  const backups: BackupOnDay[] = core.catalog.runs.backupsSince(plan.id, since).map((run) => ({
    state: run.state,
    finishedAt: run.finishedAt,
    valid: run.result?.kind === 'backup' ? (run.result.verification?.valid ?? null) : null,
    incomplete: run.result?.kind === 'backup' && run.result.incomplete !== null,
  }));
  const schedule = core.scheduler.scheduledTimesOf(plan, 'backup');
  const missed = new Set(noons.filter((noon) => hadScheduledTime(schedule, noon, now)).map(localDay));
  return dayOutcomes(backups, noons.map(localDay), (instant) => localDay(new Date(instant)), missed);
}

/** Whether a scheduled time of the schedule lay in this day, which is over. */
function hadScheduledTime(
  { anchor, scheduledTimes }: ReturnType<Scheduler['scheduledTimesOf']>,
  noon: Date,
  now: Date,
): boolean {
  const start = new Date(noon.getFullYear(), noon.getMonth(), noon.getDate()).getTime();
  const end = new Date(noon.getFullYear(), noon.getMonth(), noon.getDate() + 1).getTime();
  if (end > now.getTime()) return false;
  const scheduledTime = scheduledTimes.after(Math.max(start - 1, anchor));
  return scheduledTime !== null && scheduledTime < end;
}

/** The calendar day in the machine's time zone. */
function localDay(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
