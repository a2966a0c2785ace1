import { stat } from 'node:fs/promises';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import type { CoreContext } from '../core-context.ts';
import { explainedAs } from '../engine/engine-errors.ts';
import { canonicalPath } from '../engine/files/paths.ts';
import type { Handlers } from '../handler.ts';
import { createPlans } from './create-plans.ts';
import { listFound } from './list-found.ts';
import { requireFound } from './require-found.ts';
import { startFind } from './start-find.ts';

/** Finds databases on this machine, and adds plans for them. */
export function databasesHandlers(core: CoreContext): Handlers<MethodsOf<'databases'>> {
  const { catalog, clock, events } = core;
  return {
    'databases.find': async ({ folders }) => ({
      run: startFind(core, folders === undefined ? null : await Promise.all(folders.map(requireFolder))),
    }),
    'databases.listFound': (asked) => listFound(core, asked),
    'databases.ignore': ({ paths, ignored }) => {
      for (const path of paths) if (ignored) requireFound(core, path);
      const at = clock.now().toISOString();
      catalog.transaction(() => {
        for (const path of paths)
          if (ignored) catalog.foundDatabases.ignore(path, at);
          else catalog.foundDatabases.heed(path);
      });
      events.emit('databases.changed', {});
      return {};
    },
    'databases.createPlans': (asked, signal) => createPlans(core, asked, signal),
  };
}

/** @throws SnapkeepError `NOT_FOUND`, `PERMISSION`; `INVALID_PARAMS` for what is no folder */
async function requireFolder(given: string): Promise<string> {
  const path = await canonicalPath(given);
  const info = await stat(path).catch(explainedAs(path));
  if (info.isDirectory()) return path;
  throw new SnapkeepError('INVALID_PARAMS', `${path} is not a folder.`, { hint: 'Choose a folder.' });
}
