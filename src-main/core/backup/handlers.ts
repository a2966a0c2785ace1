import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import type { CoreContext } from '../core-context.ts';
import type { Handlers } from '../handler.ts';
import { startAll, startAsked } from './start-asked.ts';

/** Starts backups. */
export function backupsHandlers(core: CoreContext): Handlers<MethodsOf<'backups'>> {
  return {
    'backups.startAll': ({ planIds }) => startAll(core, planIds),
    'backups.start': (asked) => startAsked(core, asked),
  };
}
