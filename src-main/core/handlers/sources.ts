import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CoreContext } from '../core-context.ts';
import { canonicalFilePath } from '../paths.ts';
import type { Handlers, MethodsOf } from './handler.ts';

/** Says what databases are. */
export function sourcesHandlers(core: CoreContext): Handlers<MethodsOf<'sources'>> {
  return {
    'sources.describe': async ({ path }, signal) => {
      const source = await canonicalFilePath(path);
      const stagingFolder = join(core.dataFolder.stagingFolder, `describe-${randomUUID()}`);
      await mkdir(stagingFolder, { recursive: true, mode: 0o700 });
      try {
        return await core.runInWorker(
          'describe',
          { path: source, orLocked: true, mayLook: !core.runs.isLocked(source) },
          { stagingFolder, signal },
        );
      } finally {
        await rm(stagingFolder, { recursive: true, force: true });
      }
    },
  };
}
