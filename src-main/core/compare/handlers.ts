import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import type { Comparison } from '../../../src-shared/model/rows/comparison.ts';
import { sourceOf } from '../browse/handlers.ts';
import { findCopySource } from '../browse/open-view.ts';
import type { CoreContext } from '../core-context.ts';
import type { Handlers } from '../handler.ts';
import { startComparison } from './start-comparison.ts';

/** Compares two states of a database. */
export function compareHandlers(core: CoreContext): Handlers<MethodsOf<'compare'>> {
  const compared = new Map<string, Comparison>();
  const keep = (viewId: string, comparison: Comparison): void => {
    for (const id of compared.keys()) if (!core.views.isOpen(id)) compared.delete(id);
    compared.set(viewId, comparison);
  };
  return {
    'compare.open': async ({ before, after, key }, signal) => ({
      run: startComparison(
        core,
        [await findCopySource(core, before, key, signal), await findCopySource(core, after, key, signal)],
        keep,
      ),
    }),
    'compare.summary': async ({ viewId }) => {
      const [before, comparison] = [sourceOf(core, viewId), compared.get(viewId)];
      if (comparison === undefined) throw noComparison();
      return { before, after: sourceOf(core, viewId, 1), comparison };
    },
    'compare.rows': ({ viewId, ...request }, signal) => {
      requireComparison(core, viewId);
      return core.views.ask(viewId, 'differences', request, { signal });
    },
    'compare.sql': ({ viewId, ...request }, signal) => {
      requireComparison(core, viewId);
      return core.views.ask(viewId, 'differenceSql', request, { signal });
    },
    'compare.close': async ({ viewId }) => {
      compared.delete(viewId);
      await core.views.close(viewId);
      return {};
    },
  };
}

function requireComparison(core: CoreContext, viewId: string): void {
  if (core.views.copiesOf(viewId).length !== 2) throw noComparison();
}

const noComparison = (): SnapkeepError =>
  new SnapkeepError('NOT_FOUND', 'This view shows one database, and no comparison.', {
    hint: 'Compare two databases first.',
  });
