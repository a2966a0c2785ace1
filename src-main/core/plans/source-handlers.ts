import { basename } from 'node:path';
import type { MethodsOf } from '../../../src-shared/contract/methods.ts';
import type { SourceDescription } from '../../../src-shared/model/source.ts';
import type { CoreContext } from '../core-context.ts';
import { canonicalFilePath } from '../engine/files/paths.ts';
import type { DatabaseKey } from '../engine/sqlite/database-key.ts';
import type { Handlers } from '../handler.ts';
import { answerByTask } from '../runs/request-task.ts';

/** Says what databases are. */
export function sourcesHandlers(core: CoreContext): Handlers<MethodsOf<'sources'>> {
  return {
    'sources.describe': async ({ path, key }, signal) => {
      const source = await canonicalFilePath(path);
      const given = key && (await core.keys.read(key));
      return describe(core, source, given, signal);
    },
  };
}

/**
 * Says what a database is, with a key or with all there are.
 * @throws SnapkeepError `BAD_KEY` when a key was given that does not open it
 */
export function describe(
  core: CoreContext,
  path: string,
  key: DatabaseKey | undefined,
  signal: AbortSignal,
): Promise<SourceDescription> {
  const keys = key === undefined ? core.keys.all() : [key];
  const what = `Checking ${basename(path)}`;
  return answerByTask(core, 'describe', { path, orLocked: key === undefined }, { what, signal, keys });
}
