import type { CoreContext } from '../core-context.ts';
import { requireFound } from './require-found.ts';

/** Ignores found databases, or stops ignoring them. @throws SnapkeepError `NOT_FOUND` */
export function ignoreFound(core: CoreContext, paths: readonly string[], ignored: boolean): void {
  const { catalog, clock, events } = core;
  for (const path of paths) if (ignored) requireFound(core, path);
  const at = clock.now().toISOString();
  catalog.transaction(() => {
    for (const path of paths)
      if (ignored) catalog.foundDatabases.ignore(path, at);
      else catalog.foundDatabases.stopIgnoring(path);
  });
  events.emit('databases.changed', {});
}
