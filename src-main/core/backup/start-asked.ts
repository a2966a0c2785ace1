import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { ParsedParams, Result } from '../../../src-shared/contract/methods.ts';
import { hasHistory, isHistoryOnly } from '../../../src-shared/model/history/history-settings.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import type { BackupMethod } from '../../../src-shared/model/values.ts';
import { DEFAULT_NAME_PATTERN } from '../../../src-shared/rules/names/name-pattern.ts';
import type { CoreContext } from '../core-context.ts';
import { explainError } from '../engine/engine-errors.ts';
import { startCapture } from '../history/start-capture.ts';
import { orderWithoutPlan } from './export.ts';
import { type StartedBackup, startPlanBackup } from './group-backup.ts';
import { orderOf, startBackup } from './start-backup.ts';

/** Starts the backup that a person asks for: of a plan, or of a database that no plan backs up. @throws SnapkeepError */
export async function startAsked(core: CoreContext, params: ParsedParams<'backups.start'>): Promise<StartedBackup> {
  const ownName = params.name ?? null;
  if ('planId' in params) {
    const plan = core.catalog.plans.require(params.planId);
    if (isHistoryOnly(plan.history)) {
      refuseSnapshot(plan.name, params);
      return { run: await startCapture(core, plan), together: [] };
    }
    const order = orderOf(core, plan);
    if (order.sourceKind === 'files') refuseMethod(order.plan.name, params.method);
    const { verify = order.verify, method = order.method, trigger } = params;
    const started = await startPlanBackup(core, plan, { ...order, ownName, verify, method, trigger });
    if (!hasHistory(plan.history)) return started;
    return { ...started, together: [...started.together, await startCapture(core, plan)] };
  }
  const { to, verify = true, trigger } = params;
  const order = await orderWithoutPlan(core, params);
  const named = { ownName, namePattern: DEFAULT_NAME_PATTERN, timeZone: null };
  const ordered = { ...order, to: { folder: to }, ...named, attachedFiles: [], verify, scheduledTime: null, trigger };
  return { run: await startBackup(core, ordered), together: [] };
}

/** Starts the backups of several plans; one that cannot start does not stop the others. */
export async function startAll(core: CoreContext, planIds: readonly string[]): Promise<Result<'backups.startAll'>> {
  const runs: Run[] = [];
  const failed: Result<'backups.startAll'>['failed'] = [];
  for (const plan of planIds.map((id) => core.catalog.plans.require(id))) {
    // It may have been started already, with another plan of its group.
    if (runs.some(({ planId }) => planId === plan.id)) continue;
    try {
      const { run, together } = await startAsked(core, { planId: plan.id });
      runs.push(run, ...together);
    } catch (error) {
      failed.push({ planId: plan.id, planName: plan.name, message: explainError(error, plan.sourcePath).message });
    }
  }
  return { runs, failed };
}

/** @throws SnapkeepError `INVALID_PARAMS` for what only a snapshot can have */
function refuseSnapshot(planName: string, { name, method }: ParsedParams<'backups.start'>): void {
  if (name === undefined && method === undefined) return;
  throw new SnapkeepError('INVALID_PARAMS', `The plan ${planName} stores a history only, without snapshots.`, {
    hint: `Remove the ${name === undefined ? 'method' : 'name'}, or let the plan store full snapshots too.`,
  });
}

/** @throws SnapkeepError `INVALID_PARAMS` */
function refuseMethod(planName: string, method: BackupMethod | undefined): void {
  if (method === undefined || method === 'online') return;
  throw new SnapkeepError('INVALID_PARAMS', `The plan ${planName} backs up files, for which no method can be chosen.`, {
    hint: 'Remove the method.',
  });
}
