import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import type { CoreContext } from '../core-context.ts';
import type { Handlers } from '../handler.ts';

/** Lists, shows and cancels runs. */
export function runsHandlers(core: CoreContext): Handlers<MethodsOf<'runs'>> {
  const { runs } = core;
  return {
    'runs.list': (asked) => {
      // Without the run that a page follows, nobody can say where it begins.
      if (asked.before !== undefined) runs.get(asked.before);
      return runs.list(asked);
    },
    'runs.get': ({ runId }) => ({ run: runs.get(runId), log: runs.log(runId) }),
    'runs.ended': ({ runId }) => runs.ended(runId),
    'runs.settled': async ({ runIds }) => {
      await core.automaticWork.settled(runIds);
      return {};
    },
    'runs.cancel': ({ runId }) => runs.cancel(runId),
  };
}
