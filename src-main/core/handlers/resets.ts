import type { CoreContext } from '../core-context.ts';
import { previewReset, resetOrder, startReset } from '../jobs/reset.ts';
import type { Handlers, MethodsOf } from './handler.ts';

/** Removes databases so that their programs begin anew. */
export function resetsHandlers(core: CoreContext): Handlers<MethodsOf<'resets'>> {
  return {
    'resets.preview': async ({ target, key }, signal) =>
      previewReset(core, await resetOrder(core, target, key), signal),
    'resets.start': async ({ target, key, confirmation, evenIfOpen }) => ({
      run: startReset(core, await resetOrder(core, target, key), confirmation, evenIfOpen ?? false),
    }),
  };
}
