import type { Core } from '../../src-main/core/core.ts';
import type { Params } from '../../src-shared/contract/methods.ts';

/** Opens a view, which must succeed. @returns its id */
export async function openView(core: Core, source: Params<'browse.open'>['source']): Promise<string> {
  const { run } = await core.call('browse.open', { source });
  const { result, error, state } = await core.runEnded(run.id);
  if (result?.kind !== 'browse' || result.viewId === null)
    throw new Error(`open ${state}: ${error?.code} ${error?.message}`);
  return result.viewId;
}

/** Compares two databases, which must succeed. @returns the id of the view */
export async function openComparison(
  core: Core,
  before: Params<'compare.open'>['before'],
  after: Params<'compare.open'>['after'],
): Promise<string> {
  const { run } = await core.call('compare.open', { before, after });
  const { result, error, state } = await core.runEnded(run.id);
  if (result?.kind !== 'compare') throw new Error(`compare ${state}: ${error?.code} ${error?.message}`);
  return result.viewId;
}
