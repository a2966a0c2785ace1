import { basename } from 'node:path';
import type { CoreContext } from '../core-context.ts';
import { scanFolder } from '../jobs/scan-folder.ts';
import { canonicalPath } from '../paths.ts';
import type { Handlers, MethodsOf } from './handler.ts';

const PAGE = 100;

/** Lists, shows and cancels runs, and starts the scan of a folder. */
export function runsHandlers(core: CoreContext): Handlers<MethodsOf<'runs'> | MethodsOf<'folders'>> {
  const { runs, catalog, events } = core;
  return {
    'runs.list': ({ planId, before, limit }) => runs.list({ planId, before, limit: limit ?? PAGE }),
    'runs.get': ({ runId }) => ({ run: runs.get(runId), log: runs.log(runId) }),
    'runs.cancel': ({ runId }) => runs.cancel(runId),
    'folders.scan': async ({ path }) => {
      const folder = await canonicalPath(path);
      const run = runs.start({
        kind: 'scan',
        subject: basename(folder) || folder,
        locks: [],
        folders: [],
        work: async (handle) => {
          const outcome = await scanFolder(catalog, folder, (done, total) => handle.progress('scanning', done, total));
          handle.log(
            'info',
            `Found ${outcome.found} snapshots in ${folder}, ${outcome.added} of them new; ${outcome.missing} are missing.`,
          );
          for (const problem of outcome.problems) handle.log('warning', `${problem.name}: ${problem.message}`);
          events.emit('snapshots.changed', { planId: null });
          events.emit('plans.changed', {});
          return { kind: 'scan', ...outcome };
        },
      });
      return { run };
    },
  };
}
