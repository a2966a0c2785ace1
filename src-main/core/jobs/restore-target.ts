import { basename, dirname } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { MANIFEST_SUFFIX } from '../../../src-shared/model/manifest.ts';
import type { CoreContext } from '../core-context.ts';
import { isWithin } from '../paths.ts';
import { foldersOf } from './places.ts';

/** The plan whose database is at a path. */
export const planOf = (core: CoreContext, sourcePath: string): string | null =>
  core.catalog.plans.list().find((plan) => plan.sourceKind === 'database' && plan.sourcePath === sourcePath)?.id ??
  null;

/** @throws SnapkeepError `CONFLICT` for a target that would harm snapshots or Snapkeep itself */
export function refuseTarget(core: CoreContext, sourcePaths: readonly string[], targetPath: string): void {
  const refuse = (message: string): never => {
    throw new SnapkeepError('CONFLICT', message, { hint: 'Nothing was changed. Choose another path.' });
  };
  if (sourcePaths.includes(targetPath)) refuse(`${targetPath} is itself what would be restored.`);
  if (isWithin(core.dataFolder.path, targetPath)) refuse(`${targetPath} is in Snapkeep's own data folder.`);
  const folder = dirname(targetPath);
  const name = basename(targetPath);
  if (name.endsWith(MANIFEST_SUFFIX) || core.catalog.snapshots.byPath(folder, name) !== undefined)
    refuse(`${targetPath} is a stored snapshot, which is never overwritten.`);
  const plans = core.catalog.plans.list();
  const isSource = planOf(core, targetPath) !== null;
  const keepsSnapshots =
    core.catalog.snapshots.hasFolder(folder) ||
    foldersOf(core.catalog, plans).some((kept) => isWithin(kept, targetPath));
  if (keepsSnapshots && !isSource) refuse(`${folder} is where snapshots are kept.`);
}

/**
 * A database is put back by SQLite alone: what has it open would go on writing to a file that has been moved away.
 * @throws SnapkeepError `CONFLICT` for a target that would harm databases, snapshots or Snapkeep itself
 */
export function refuseFilesTarget(core: CoreContext, targetPath: string): void {
  const plans = core.catalog.plans.list();
  const database = plans.find(
    ({ sourceKind, sourcePath }) =>
      sourceKind === 'database' && (sourcePath === targetPath || isWithin(targetPath, sourcePath)),
  );
  if (database !== undefined) {
    throw new SnapkeepError(
      'CONFLICT',
      `${database.sourcePath} is the database of a plan and would be replaced, too.`,
      {
        hint: 'Nothing was changed. Restore the files to another folder, or only a file or folder of them, and the database by itself.',
      },
    );
  }
  const kept = [core.dataFolder.path, ...foldersOf(core.catalog, plans)];
  if (!kept.some((folder) => isWithin(folder, targetPath) || isWithin(targetPath, folder) || folder === targetPath))
    return;
  throw new SnapkeepError('CONFLICT', `${targetPath} is where snapshots or Snapkeep's own data are kept.`, {
    hint: 'Nothing was changed. Choose another place to restore to.',
  });
}
