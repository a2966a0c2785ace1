import type { Comparison } from '../../../src-shared/model/rows/comparison.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import { aboutCopy, type CopySource, getCopy } from '../browse/open-view.ts';
import type { ViewedCopy } from '../browse/views.ts';
import type { CoreContext } from '../core-context.ts';
import { asPart, type RunHandle } from '../runs/run-work.ts';

/**
 * Queues the comparison of two databases: both are unpacked, then compared by the process of a view of both.
 * @param keep takes what differs; the view says more
 */
export function startComparison(
  core: CoreContext,
  [before, after]: readonly [CopySource, CopySource],
  keep: (viewId: string, comparison: Comparison) => void,
): Run {
  const [one, other] = [aboutCopy(core, before), aboutCopy(core, after)];
  return core.runs.start({
    ...one,
    kind: 'compare',
    subject: `${one.subject} and ${other.subject}`,
    locks: [...new Set([...one.locks, ...other.locks])],
    work: async (handle) => {
      const viewId = core.views.open(await getCopies(core, [before, after], handle));
      try {
        handle.progress('comparing', 0, null);
        const comparison = await core.views.ask(viewId, 'compare', null, {
          signal: handle.signal,
          onProgress: (done, total) => handle.progress('comparing', done, total),
        });
        keep(viewId, comparison);
        const differing = comparison.tables.filter(({ state }) => state !== 'same').length;
        return { kind: 'compare', viewId, differing };
      } catch (error) {
        await core.views.close(viewId);
        throw error;
      }
    },
  });
}

/** In how many parts the opening of one copy is told. */
const PARTS = 1000;

/** Both or none stay in use. */
async function getCopies(
  core: CoreContext,
  [before, after]: readonly [CopySource, CopySource],
  handle: RunHandle,
): Promise<ViewedCopy[]> {
  const part = (index: number): RunHandle =>
    asPart(handle, (share) => handle.progress('verifying', Math.round((index + share) * PARTS), 2 * PARTS));
  const one = await getCopy(core, before, part(0));
  try {
    return [one, await getCopy(core, after, part(1))];
  } catch (error) {
    core.openCopies.release(one.copyId);
    throw error;
  }
}
