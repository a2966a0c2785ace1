import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import type { CoreContext } from '../core-context.ts';
import type { Handlers } from '../handler.ts';
import { startEmptying } from './empty-trash.ts';
import { startPutBack } from './put-back.ts';
import { trashContent } from './trash-content.ts';

/** Lists what can be put back, puts it back, and empties the trash. */
export function trashHandlers(core: CoreContext): Handlers<MethodsOf<'trash'>> {
  return {
    'trash.list': (chosen) => trashContent(core, chosen),
    'trash.putBack': ({ snapshotId }) => ({ run: startPutBack(core, snapshotId) }),
    'trash.empty': ({ confirmation, ...chosen }) => ({ run: startEmptying(core, chosen, confirmation) }),
  };
}
