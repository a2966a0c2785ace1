import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import type { CoreContext } from '../core-context.ts';
import type { Handlers } from '../handler.ts';
import { databaseDeletionOrder, previewDatabaseDeletion, startDatabaseDeletion } from './start-deletion.ts';

/** Removes databases so that their programs begin anew. */
export function databaseDeletionsHandlers(core: CoreContext): Handlers<MethodsOf<'databaseDeletions'>> {
  return {
    'databaseDeletions.preview': async ({ target, key }, signal) =>
      previewDatabaseDeletion(core, await databaseDeletionOrder(core, target, key), signal),
    'databaseDeletions.start': async ({ target, key, confirmation, evenIfOpen }) => ({
      run: startDatabaseDeletion(
        core,
        await databaseDeletionOrder(core, target, key),
        confirmation,
        evenIfOpen ?? false,
      ),
    }),
  };
}
