import type { Plan, PlanSummary, Retention } from '../../../src-shared/model/plan.ts';
import type { ListedSnapshot } from '../../../src-shared/model/snapshot.ts';
import { type BackupOnDay, dayOutcomes, planHealth } from '../../../src-shared/rules/health.ts';
import { decideRetention } from '../../../src-shared/rules/retention.ts';
import type { SnapshotSummary } from '../catalog/snapshot-repo.ts';
import type { CoreContext } from '../core-context.ts';
import { toRetained } from './prune.ts';

const DAYS = 30;
const DAY_MS = 86_400_000;

/** Says where a plan stands. */
export function summarizePlan(core: CoreContext, plan: Plan): PlanSummary {
  const { catalog, runs } = core;
  const snapshots = listWithReasons(catalog.snapshots.ofPlan(plan.id), plan.retention);
  const newest = snapshots.find((snapshot) => !snapshot.missing && snapshot.trigger !== 'before-restore') ?? null;
  const activeRun = runs.active().find((run) => run.planId === plan.id) ?? null;
  const lastBackup =
    runs
      .list({ planId: plan.id, kinds: ['backup'], limit: 20 })
      .find((run) => run.finishedAt !== null && run.state !== 'cancelled') ?? null;
  const { state, reason } = planHealth(lastBackup, newest?.proof ?? null, activeRun?.kind === 'backup');
  return {
    plan,
    state,
    reason,
    snapshotCount: snapshots.length,
    storedBytes: snapshots.reduce((sum, snapshot) => sum + snapshot.sizeBytes, 0),
    newest,
    lastBackup,
    activeRun,
    days: lastDays(core, plan),
  };
}

/** Adds to each snapshot of a plan the rules that keep it; expects and answers newest first. */
export function listWithReasons(snapshots: readonly SnapshotSummary[], retention: Retention): ListedSnapshot[] {
  const decisions = new Map(
    decideRetention(snapshots.map(toRetained), retention).map((decision) => [decision.id, decision]),
  );
  return snapshots.map((snapshot) => {
    const decision = decisions.get(snapshot.id);
    return { ...snapshot, keptBy: decision?.keep ? decision.reasons : [] };
  });
}

function lastDays(core: CoreContext, plan: Plan): PlanSummary['days'] {
  const now = core.clock.now();
  const days = Array.from({ length: DAYS }, (_, index) =>
    localDay(new Date(now.getFullYear(), now.getMonth(), now.getDate() - (DAYS - 1 - index), 12)),
  );
  const since = new Date(now.getTime() - DAYS * DAY_MS).toISOString();
  const backups: BackupOnDay[] = core.catalog.runs.backupsSince(plan.id, since).map((run) => ({
    state: run.state,
    finishedAt: run.finishedAt,
    valid: run.result?.kind === 'backup' ? (run.result.verification?.valid ?? null) : null,
  }));
  return dayOutcomes(backups, days, (instant) => localDay(new Date(instant)));
}

/** The calendar day in the machine's time zone. */
function localDay(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}
