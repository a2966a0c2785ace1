import { setImmediate } from 'node:timers/promises';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { ParsedParams } from '../../../src-shared/contract/methods.ts';
import { KEEP_ALL, type Plan } from '../../../src-shared/model/plan.ts';
import type { ListedSnapshot, RowCountChange } from '../../../src-shared/model/snapshot.ts';
import { decideRetention, type RetainedSnapshot } from '../../../src-shared/retention/retention.ts';
import { rowCountChange } from '../../../src-shared/rules/rows/row-count-change.ts';
import { machineTimeZone } from '../../../src-shared/schedule/local-calendar.ts';
import { calendarOf } from '../copies/wanted-copies.ts';
import type { CoreContext } from '../core-context.ts';

/** After so many plans, others are answered first: to decide on all that years of backups kept takes long. */
const PLANS_AT_ONCE = 20;

/**
 * Lists a page of snapshots with the rules that keep them, as their plans' retention decides on all that is kept, and with
 * how their numbers of rows changed.
 * @throws SnapkeepError `NOT_FOUND` when the snapshot before the page has gone
 */
export async function listSnapshots(
  core: CoreContext,
  asked: ParsedParams<'snapshots.list'>,
): Promise<ListedSnapshot[]> {
  const { snapshots, kept, plans } = core.catalog;
  if (asked.before !== undefined && !snapshots.has(asked.before))
    throw new SnapkeepError('NOT_FOUND', 'The last snapshot of the previous page was removed.', {
      hint: 'List the snapshots from the start.',
    });
  const page = snapshots.page(asked);
  const planIds = [...new Set(page.flatMap(({ planId }) => planId ?? []))];
  // Without a plan nothing prunes; those of one source are shown by the same rules anyway.
  const sources = [...new Set(page.filter(({ planId }) => planId === null).map(({ sourcePath }) => sourcePath))];
  const planOf = new Map(plans.list(planIds).map((plan) => [plan.id, plan]));
  const keptBy = new Map<string, string[]>();
  // Once for all plans: to ask takes long.
  const machineZone = machineTimeZone();
  const decide = (members: readonly RetainedSnapshot[], plan?: Plan): void => {
    const calendar = calendarOf(core.clock, { timeZone: plan?.timeZone ?? machineZone });
    for (const { id, keep, reasons } of decideRetention(members, plan?.retention ?? KEEP_ALL, calendar))
      if (keep) keptBy.set(id, reasons);
  };
  for (let start = 0; start < planIds.length; start += PLANS_AT_ONCE) {
    if (start > 0) await setImmediate();
    for (const [id, members] of kept.retainedOfPlans(planIds.slice(start, start + PLANS_AT_ONCE)))
      decide(members, planOf.get(id));
  }
  for (const source of sources) decide(kept.retainedOfSource(source));
  const changes = rowChanges(core, page);
  return page.map((snapshot) => ({
    ...snapshot,
    keptBy: keptBy.get(snapshot.id) ?? [],
    rowChange: changes.get(snapshot.id) ?? null,
  }));
}

/** How the numbers of rows of snapshots differ from those of the ones listed before them. */
function rowChanges({ catalog }: CoreContext, page: readonly { id: string }[]): Map<string, RowCountChange> {
  const before = catalog.snapshots.listedBefore(page.map(({ id }) => id));
  const tables = catalog.snapshots.tables([...new Set([...before].flat())]);
  const changes = new Map<string, RowCountChange>();
  for (const [id, since] of before) {
    const [was, is] = [tables.get(since), tables.get(id)];
    if (was !== undefined && is !== undefined) changes.set(id, { since, ...rowCountChange(was, is) });
  }
  return changes;
}
