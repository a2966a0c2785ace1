import { basename } from 'node:path';
import type { SourceDescription } from '../../../src-shared/model/source.ts';
import type { CoreContext } from '../core-context.ts';
import type { DatabaseKey } from '../engine/sqlite/database-key.ts';
import { answerByTask } from '../runs/request-task.ts';

/**
 * Says what a database is, with a key or with all there are.
 * @throws SnapkeepError `BAD_KEY` when a key was given that does not open it
 */
export function describeSource(
  core: CoreContext,
  path: string,
  key: DatabaseKey | undefined,
  signal: AbortSignal,
): Promise<SourceDescription> {
  const keys = key === undefined ? core.keys.all() : [key];
  const what = `Checking ${basename(path)}`;
  return answerByTask(core, 'describe', { path, orLocked: key === undefined }, { what, signal, keys });
}
