import type { Plan } from '../../../src-shared/model/plan.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import type { CoreContext } from '../core-context.ts';
import { GroupCopy } from './group-copy.ts';
import { type BackupOrder, orderOf, startBackup } from './start-backup.ts';

/** The run of a plan's backup, and those of the plans that are backed up at the same instant. */
export interface StartedBackup {
  run: Run;
  together: Run[];
}

/** Queues the backup of a plan, and with it those of its group that are taken at the same instant. @throws SnapkeepError */
export async function startPlanBackup(core: CoreContext, plan: Plan, order: BackupOrder): Promise<StartedBackup> {
  const others = takenWith(core, plan, order.scheduledTime !== null);
  if (others.length === 0) return { run: await startBackup(core, order), together: [] };
  const group = new GroupCopy(core, [plan, ...others]);
  const started: Run[] = [];
  try {
    const begin = async (each: BackupOrder): Promise<Run> => {
      const run = await startBackup(core, { ...each, trigger: order.trigger, group });
      started.push(run);
      return run;
    };
    // At once: what is due of the others is served by these runs, and must not be started by their own schedules.
    const begun = others.map((other) =>
      order.scheduledTime === null
        ? beginOther(core, other, null, begin)
        : core.scheduler.startBackup(other, (scheduledTime) => beginOther(core, other, scheduledTime, begin)),
    );
    const [run, ...together] = await Promise.all([begin(order), ...begun]);
    return { run, together };
  } finally {
    group.started(started);
  }
}

/** The others of its group that are taken at the same instant. @param scheduled a schedule starts it: what is paused is left out */
export function takenWith({ catalog }: Pick<CoreContext, 'catalog'>, plan: Plan, scheduled = false): Plan[] {
  if (!isTakenTogether(plan)) return [];
  return catalog.plans
    .list()
    .filter(
      (other) =>
        other.id !== plan.id &&
        isTakenTogether(other) &&
        other.group?.toLowerCase() === plan.group?.toLowerCase() &&
        !(scheduled && other.paused !== null),
    );
}

const isTakenTogether = ({ sameInstant, group, sourceKind }: Plan): boolean =>
  sameInstant && group !== null && sourceKind === 'database';

/** What cannot even begin is a run that failed: the others of the group go on without it. */
async function beginOther(
  core: CoreContext,
  plan: Plan,
  scheduledTime: Run['scheduledTime'],
  begin: (order: BackupOrder) => Promise<Run>,
): Promise<Run> {
  try {
    return await begin(orderOf(core, plan, scheduledTime));
  } catch (error) {
    return startFailed(core, plan, 'backup', scheduledTime, error);
  }
}

/** A run of a plan that fails with an error at once, so that people see what could not be started. */
export function startFailed(
  core: CoreContext,
  plan: Plan,
  kind: 'backup' | 'capture' | 'restoreTest',
  scheduledTime: Run['scheduledTime'],
  error: unknown,
): Run {
  return core.runs.start({
    kind,
    planId: plan.id,
    planName: plan.name,
    subject: plan.name,
    scheduledTime,
    work: () => Promise.reject(error as Error),
  });
}
