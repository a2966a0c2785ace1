import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import type { CoreContext } from '../core-context.ts';
import type { Handlers } from '../handler.ts';
import { createPlans } from './create-plans.ts';
import { ignoreFound } from './ignore-found.ts';
import { listFound } from './list-found.ts';
import { requireFolder, startFind } from './start-find.ts';

/** Finds databases on this machine, and adds plans for them. */
export function databasesHandlers(core: CoreContext): Handlers<MethodsOf<'databases'>> {
  return {
    'databases.find': async ({ folders }) => ({
      run: startFind(core, folders === undefined ? null : await Promise.all(folders.map(requireFolder))),
    }),
    'databases.listFound': (asked) => listFound(core, asked),
    'databases.ignore': ({ paths, ignored }) => {
      ignoreFound(core, paths, ignored);
      return {};
    },
    'databases.createPlans': (asked, signal) => createPlans(core, asked, signal),
  };
}
