import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { SourceDescription } from '../../../src-shared/model/source.ts';
import type { CoreContext } from '../core-context.ts';
import type { DatabaseKey } from '../engine/database-key.ts';
import { canonicalFilePath } from '../paths.ts';
import type { Handlers, MethodsOf } from './handler.ts';

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
export async function describe(
  core: CoreContext,
  path: string,
  key: DatabaseKey | undefined,
  signal: AbortSignal,
): Promise<SourceDescription> {
  const stagingFolder = join(core.dataFolder.stagingFolder, `describe-${randomUUID()}`);
  await mkdir(stagingFolder, { recursive: true, mode: 0o700 });
  try {
    const keys = key === undefined ? core.keys.all() : [key];
    const request = { path, orLocked: key === undefined, mayLook: !core.runs.isLocked(path) };
    return await core.runInWorker('describe', request, { stagingFolder, signal, keys });
  } finally {
    await rm(stagingFolder, { recursive: true, force: true });
  }
}
