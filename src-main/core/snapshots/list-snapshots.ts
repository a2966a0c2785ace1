import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { ParsedParams } from '../../../src-shared/contract/methods.ts';
import { KEEP_ALL } from '../../../src-shared/model/plan.ts';
import type { ListedSnapshot } from '../../../src-shared/model/snapshot.ts';
import { decideRetention } from '../../../src-shared/retention/retention.ts';
import { calendarOf } from '../copies/wanted-copies.ts';
import type { CoreContext } from '../core-context.ts';

/**
 * Lists a page of snapshots with the rules that keep them, as their plans' retention decides on all that is kept.
 * @throws SnapkeepError `NOT_FOUND` when the snapshot before the page has gone
 */
export function listSnapshots(core: CoreContext, asked: ParsedParams<'snapshots.list'>): ListedSnapshot[] {
  const { snapshots, kept, plans } = core.catalog;
  if (asked.before !== undefined && !snapshots.has(asked.before))
    throw new SnapkeepError('NOT_FOUND', 'The last snapshot of the previous page was removed.', {
      hint: 'List the snapshots from the start.',
    });
  const page = snapshots.page(asked);
  const planIds = [...new Set(page.flatMap(({ planId }) => planId ?? []))];
  // Without a plan nothing prunes; those of one source are shown by the same rules anyway.
  const sources = [...new Set(page.filter(({ planId }) => planId === null).map(({ sourcePath }) => sourcePath))];
  const families = Map.groupBy(kept.retained(planIds, sources), ({ family }) => family);
  const planOf = new Map(plans.list(planIds).map((plan) => [plan.id, plan]));
  const keptBy = new Map<string, string[]>();
  for (const [family, members] of families) {
    const plan = planOf.get(family);
    const calendar = calendarOf(core.clock, plan ?? { timeZone: null });
    for (const { id, keep, reasons } of decideRetention(members, plan?.retention ?? KEEP_ALL, calendar))
      if (keep) keptBy.set(id, reasons);
  }
  return page.map((snapshot) => ({ ...snapshot, keptBy: keptBy.get(snapshot.id) ?? [] }));
}
