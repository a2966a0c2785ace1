import type { CoreContext } from '../core-context.ts';
import type { Handlers, MethodsOf } from '../handler.ts';

const PAGE = 100;

/** Lists, shows and cancels runs. */
export function runsHandlers(core: CoreContext): Handlers<MethodsOf<'runs'>> {
  const { runs } = core;
  return {
    'runs.list': ({ planId, before, limit }) => runs.list({ planId, before, limit: limit ?? PAGE }),
    'runs.get': ({ runId }) => ({ run: runs.get(runId), log: runs.log(runId) }),
    'runs.cancel': ({ runId }) => runs.cancel(runId),
  };
}
