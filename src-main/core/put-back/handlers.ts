import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import { findCopySource } from '../browse/open-view.ts';
import type { CoreContext } from '../core-context.ts';
import type { Handlers } from '../handler.ts';
import { startPutBack, startPutBackCheck, targetOf } from './start-put-back.ts';

/** Puts rows of snapshots back into live databases. */
export function putBackHandlers(
  core: CoreContext,
): Handlers<Extract<MethodsOf<'rows'>, `rows.${'previewPutBack' | 'putBackPreview' | 'putBackSql' | 'putBack'}`>> {
  return {
    'rows.previewPutBack': async ({ source, target, rows, choices, key }, signal) => {
      const found = await findCopySource(core, source, key, signal);
      return { run: startPutBackCheck(core, { source, found }, await targetOf(core, target), { rows, choices }) };
    },
    'rows.putBackPreview': ({ checkRunId }) => core.putBacks.require(checkRunId).preview,
    'rows.putBackSql': ({ checkRunId, offset }) => core.putBacks.sql(checkRunId, offset),
    'rows.putBack': async ({ checkRunId, confirmation }, signal) => ({
      run: await startPutBack(core, checkRunId, confirmation, signal),
    }),
  };
}
