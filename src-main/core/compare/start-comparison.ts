import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
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

/** Opens both at the same time; both or none stay in use. */
async function getCopies(
  core: CoreContext,
  sources: readonly [CopySource, CopySource],
  handle: RunHandle,
): Promise<ViewedCopy[]> {
  const failed = new AbortController();
  const signal = AbortSignal.any([handle.signal, failed.signal]);
  const errors: unknown[] = [];
  const shares = [0, 0];
  const get = async (source: CopySource, index: number): Promise<ViewedCopy | null> => {
    const part = asPart(handle, (share) => {
      shares[index] = share;
      handle.progress('verifying', Math.round(sum(shares) * PARTS), sources.length * PARTS);
    });
    const stagingFolder = join(handle.stagingFolder, String(index));
    try {
      await mkdir(stagingFolder, { mode: 0o700 });
      return await getCopy(core, source, { ...part, stagingFolder, signal });
    } catch (error) {
      errors.push(error);
      failed.abort();
      return null;
    }
  };
  const copies = (await Promise.all(sources.map(get))).filter((copy) => copy !== null);
  if (errors.length === 0) return copies;
  for (const { copyId } of copies) core.openCopies.release(copyId);
  throw errors[0];
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);
