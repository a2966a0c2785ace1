import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import type { CoreContext } from '../core-context.ts';
import type { Handlers } from '../handler.ts';
import { kitStatus, makeKit, markKitSaved, saveKit } from './make-kit.ts';

/** Makes and saves the recovery kit. */
export function recoveryKitHandlers(core: CoreContext): Handlers<MethodsOf<'recoveryKit'>> {
  return {
    'recoveryKit.make': () => makeKit(core),
    'recoveryKit.status': () => kitStatus(core),
    'recoveryKit.save': async ({ folder }) => ({ paths: await saveKit(core, folder) }),
    'recoveryKit.markSaved': ({ digest }) => markKitSaved(core, digest, null),
  };
}
