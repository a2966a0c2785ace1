import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import type { KeyInput } from '../../../src-shared/model/database-encryption.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import type { BackupMethod, Compression } from '../../../src-shared/model/values.ts';
import { DEFAULT_NAME_PATTERN } from '../../../src-shared/rules/names/name-pattern.ts';
import { planNameFromPath } from '../../../src-shared/rules/names/naming.ts';
import type { CoreContext } from '../core-context.ts';
import { explainError } from '../engine/engine-errors.ts';
import type { Handlers } from '../handler.ts';
import { type ExportOrder, startExport } from './export.ts';
import { startPlanBackup } from './group-backup.ts';
import { orderOf, startBackup } from './start-backup.ts';

/** Starts backups. */
export function backupsHandlers(core: CoreContext): Handlers<MethodsOf<'backups'>> {
  return {
    'backups.startAll': async ({ planIds }) => {
      const runs: Run[] = [];
      const failed: { planId: string; planName: string; message: string }[] = [];
      for (const plan of planIds.map((id) => core.catalog.plans.require(id))) {
        // It may have been started already, with another plan of its group.
        if (runs.some(({ planId }) => planId === plan.id)) continue;
        try {
          const { run, together } = await startPlanBackup(core, plan, orderOf(core, plan));
          runs.push(run, ...together);
        } catch (error) {
          failed.push({ planId: plan.id, planName: plan.name, message: explainError(error, plan.sourcePath).message });
        }
      }
      return { runs, failed };
    },
    'backups.start': async (params) => {
      const ownName = params.name ?? null;
      if ('planId' in params) {
        const plan = core.catalog.plans.require(params.planId);
        const order = orderOf(core, plan);
        if (order.sourceKind === 'files') refuseMethod(order.plan.name, params.method);
        const { verify = order.verify, method = order.method } = params;
        return startPlanBackup(core, plan, { ...order, ownName, verify, method });
      }
      const { to, verify = true } = params;
      const order = await orderWithoutPlan(core, params);
      const named = { ownName, namePattern: DEFAULT_NAME_PATTERN, timeZone: null };
      const ordered = { ...order, to: { folder: to }, ...named, attachedFiles: [], verify, scheduledTime: null };
      return { run: await startBackup(core, ordered), together: [] };
    },
  };
}

/** @throws SnapkeepError `INVALID_PARAMS` */
function refuseMethod(planName: string, method: BackupMethod | undefined): void {
  if (method === undefined || method === 'online') return;
  throw new SnapkeepError('INVALID_PARAMS', `The plan ${planName} backs up files, for which no method can be chosen.`, {
    hint: 'Remove the method.',
  });
}

/** What is written into a pipe: the database of a plan, or any. */
export type ExportParams = ({ planId: string } | { source: string; key?: KeyInput }) & {
  /** Without it the plan decides. */
  method?: BackupMethod;
  compression?: Compression;
};

/** Starts what goes to a descriptor of this process. @throws SnapkeepError */
export async function exportTo(core: CoreContext, descriptor: number, params: ExportParams): Promise<Run> {
  const order =
    'planId' in params
      ? orderOf(core, core.catalog.plans.require(params.planId))
      : await orderWithoutPlan(core, params);
  const { method = order.method, compression = order.compression } = params;
  return startExport(core, { ...order, method, compression }, descriptor);
}

async function orderWithoutPlan(
  core: CoreContext,
  given: {
    source: string;
    key?: KeyInput | undefined;
    method?: BackupMethod | undefined;
    compression?: Compression | undefined;
  },
): Promise<ExportOrder> {
  const { source, method = 'online', compression = 'gz' } = given;
  const key = given.key && (await core.keys.read(given.key));
  return {
    plan: { id: null, name: planNameFromPath(source), settings: null },
    sourceKind: 'database',
    sourcePath: source,
    compression,
    encryption: null,
    method,
    schemaVersion: null,
    keys: () => (key === undefined ? core.keys.all() : [key]),
  };
}
