import { DAY_MS } from '../../../src-shared/rules/durations.ts';
import { hasId } from '../../../src-shared/rules/names/name-pattern.ts';
import { fileStem } from '../../../src-shared/rules/names/naming.ts';
import type { CoreContext } from '../core-context.ts';
import type { RunHandle } from '../runs/run-work.ts';
import type { BackupOrder } from './start-backup.ts';
import type { SnapshotRequest } from './take-snapshot.ts';

/**
 * Returns what keeps the name of a snapshot from being another's: a name is given once for all destinations of a plan.
 * Where it is taken at a destination that is added later, the copy there gets letters of the id (`copies/snapshot-upload.ts`).
 */
export function nameRules(
  core: CoreContext,
  order: BackupOrder,
  folder: string,
  handle: RunHandle,
): Pick<SnapshotRequest, 'takenNames' | 'distinctName'> {
  const { catalog, dataFolder } = core;
  if (order.ownName !== null) {
    // In the folder it is stored in first, the name is taken exclusively.
    const first = catalog.destinations.byFolder(folder)?.id;
    const others = 'folder' in order.to ? [] : order.to.destinationIds.filter((id) => id !== first);
    const known = others.flatMap((id) => catalog.snapshots.namesAt(id));
    return { takenNames: known, distinctName: false };
  }
  if (hasId(order.namePattern)) return { takenNames: [], distinctName: false };
  // Only in a folder of this machine is a name taken exclusively, and copies are to have the same name everywhere.
  const goesElsewhere =
    folder === dataFolder.outboxFolder || ('destinationIds' in order.to && order.to.destinationIds.length > 1);
  const takenNames = catalog.snapshots.namesWith(datesAround(core.clock.now()));
  return { takenNames, distinctName: goesElsewhere || isBeingNamed(core, order, handle) };
}

/** The dates that a name given now can show, on any clock: each pattern has one. */
function datesAround(now: Date): string[] {
  return [-1, 0, 1].flatMap((days) => {
    const date = new Date(now.getTime() + days * DAY_MS).toISOString().slice(0, 10);
    return [date, date.replaceAll('-', '')];
  });
}

/** Whether another backup, which is not in the catalog yet, may be given the same name. */
function isBeingNamed({ runs, catalog }: CoreContext, order: BackupOrder, { id }: RunHandle): boolean {
  const named = (pattern: string, planName: string): string => pattern.replace('{plan}', fileStem(planName));
  return runs.active().some((run) => {
    const plan =
      run.id === id || run.kind !== 'backup' || run.planId === null ? undefined : catalog.plans.get(run.planId);
    return plan !== undefined && named(plan.namePattern, plan.name) === named(order.namePattern, order.plan.name);
  });
}
