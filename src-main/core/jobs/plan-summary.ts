import type { DrillReceipt } from '../../../src-shared/model/drill.ts';
import type { Plan, PlanSummary, Retention } from '../../../src-shared/model/plan.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import type { ScheduleStatus } from '../../../src-shared/model/schedule.ts';
import type { ListedSnapshot } from '../../../src-shared/model/snapshot.ts';
import { type BackupOnDay, dayOutcomes, planHealth } from '../../../src-shared/rules/health.ts';
import { overdueAt } from '../../../src-shared/rules/overdue.ts';
import { decideRetention } from '../../../src-shared/rules/retention.ts';
import type { SnapshotSummary } from '../catalog/snapshot-repo.ts';
import type { CoreContext } from '../core-context.ts';
import type { Scheduler } from '../scheduler/scheduler.ts';
import { toRetained } from './prune.ts';

const DAYS = 30;
const DAY_MS = 86_400_000;

/** Says where a plan stands. */
export function summarizePlan(core: CoreContext, plan: Plan): PlanSummary {
  const { catalog, runs, scheduler } = core;
  const snapshots = listWithReasons(catalog.snapshots.ofPlan(plan.id), plan.retention, plan.timeZone);
  const newest = snapshots.find((snapshot) => !snapshot.missing && snapshot.trigger !== 'before-restore') ?? null;
  const activeRun = runs.active().find((run) => run.planId === plan.id) ?? null;
  const ended = runs
    .list({ planId: plan.id, kinds: ['backup'], limit: 20 })
    .filter((run) => run.finishedAt !== null && run.state !== 'cancelled');
  const lastBackup = ended[0] ?? null;
  const schedule = scheduler.status(plan, 'backup');
  const lastDrill = catalog.drills.list(plan.id, 1)[0] ?? null;
  const { state, reason } = planHealth({
    lastBackup,
    newest: newest?.proof ?? null,
    running: activeRun?.kind === 'backup',
    overdue: isOverdue(core, plan, lastSuccess(ended, newest), schedule),
    waitingFor: schedule.due?.waitingFor ?? null,
    drill: plan.drill.withinDays === null ? null : drillFacts(core, plan, plan.drill.withinDays, lastDrill),
    paused: schedule.paused,
  });
  return {
    plan,
    state,
    reason,
    snapshotCount: snapshots.length,
    storedBytes: snapshots.reduce((sum, snapshot) => sum + snapshot.sizeBytes, 0),
    newest,
    lastBackup,
    activeRun,
    schedule,
    drill: {
      schedule: scheduler.status(plan, 'drill'),
      lastAt: lastDrill?.at ?? null,
      valid: lastDrill?.valid ?? null,
    },
    days: lastDays(core, plan),
  };
}

/** Adds to each snapshot of a plan the rules that keep it; expects and answers newest first. */
export function listWithReasons(
  snapshots: readonly SnapshotSummary[],
  retention: Retention,
  timeZone: string | null,
): ListedSnapshot[] {
  const decisions = new Map(
    decideRetention(snapshots.map(toRetained), retention, timeZone).map((decision) => [decision.id, decision]),
  );
  return snapshots.map((snapshot) => {
    const decision = decisions.get(snapshot.id);
    return { ...snapshot, keptBy: decision?.keep ? decision.reasons : [] };
  });
}

/** When the last good backup began, in milliseconds since 1970; the snapshot may have been found by a scan. */
function lastSuccess(backups: readonly Run[], newest: ListedSnapshot | null): number | null {
  const good = backups.find(({ state }) => state === 'succeeded');
  const instants = [good?.startedAt, newest?.createdAt].filter((instant) => instant != null).map(Date.parse);
  return instants.length === 0 ? null : Math.max(...instants);
}

function isOverdue(core: CoreContext, plan: Plan, last: number | null, schedule: ScheduleStatus): boolean {
  // Who has paused it knows; the pause is shown with its end.
  if (schedule.paused !== null) return false;
  const { anchor, slots } = core.scheduler.slotsOf(plan, 'backup');
  const dueSince = schedule.due === null ? null : Date.parse(schedule.due.slot);
  const at = overdueAt(plan.schedule, slots, anchor, last, dueSince);
  return at !== null && at <= core.clock.now().getTime();
}

function drillFacts(
  core: CoreContext,
  plan: Plan,
  withinDays: number,
  last: DrillReceipt | null,
): { valid: boolean | null; late: boolean } {
  const since = Date.parse(last?.at ?? plan.updatedAt);
  return { valid: last?.valid ?? null, late: core.clock.now().getTime() - since > withinDays * DAY_MS };
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
  }));
  const schedule = core.scheduler.slotsOf(plan, 'backup');
  const missed = new Set(noons.filter((noon) => hadSlot(schedule, noon, now)).map(localDay));
  return dayOutcomes(backups, noons.map(localDay), (instant) => localDay(new Date(instant)), missed);
}

/** Whether a slot of the schedule lay in this day, which is over. */
function hadSlot({ anchor, slots }: ReturnType<Scheduler['slotsOf']>, noon: Date, now: Date): boolean {
  const start = new Date(noon.getFullYear(), noon.getMonth(), noon.getDate()).getTime();
  const end = new Date(noon.getFullYear(), noon.getMonth(), noon.getDate() + 1).getTime();
  if (end > now.getTime()) return false;
  const slot = slots.after(Math.max(start - 1, anchor));
  return slot !== null && slot < end;
}

/** The calendar day in the machine's time zone. */
function localDay(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
