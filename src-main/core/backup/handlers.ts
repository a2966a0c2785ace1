import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import type { CoreContext } from '../core-context.ts';
import type { Handlers } from '../handler.ts';
import { startExport } from './export.ts';
import { startAll, startAsked } from './start-asked.ts';

/** Starts what writes a snapshot into a stream. */
export function exportsHandlers(core: CoreContext): Handlers<MethodsOf<'exports'>> {
  return { 'exports.start': async (asked) => ({ run: await startExport(core, asked) }) };
}

/** Starts backups. */
export function backupsHandlers(core: CoreContext): Handlers<MethodsOf<'backups'>> {
  return {
    'backups.startAll': ({ planIds }) => startAll(core, planIds),
    'backups.start': (asked) => startAsked(core, asked),
  };
}
