import { basename, dirname } from 'node:path';
import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import { MANIFEST_SUFFIX } from '../../../../src-shared/model/manifest.ts';
import type { Plan } from '../../../../src-shared/model/plan.ts';
import type { CoreContext } from '../../core-context.ts';
import { foldersOf } from '../../destinations/destination-access.ts';
import { isWithin } from '../../engine/files/paths.ts';
import { checkSource } from '../../plans/check-source.ts';

/** The plan whose database is at a canonical path, as far as that was last seen. */
export const planOf = (core: CoreContext, path: string): string | null =>
  core.catalog.plans.list().find((plan) => databasePaths(core, plan).includes(path))?.id ?? null;

/** Where the database of a plan is: by the path that was given for it, and by where a link in that leads. */
function databasePaths({ catalog }: CoreContext, { id, sourceKind, sourcePath }: Plan): string[] {
  if (sourceKind !== 'database') return [];
  const seen = catalog.checks.get(id)?.followed.find(({ given }) => given === sourcePath);
  return seen === undefined ? [sourcePath] : [sourcePath, seen.path];
}

/** @throws SnapkeepError `CONFLICT` for a target that would harm snapshots or Snapkeep itself */
export function refuseTarget(core: CoreContext, sourcePaths: readonly string[], targetPath: string): void {
  const refuse = (message: string): never => {
    throw new SnapkeepError('CONFLICT', message, { hint: 'Nothing was changed. Choose another path.' });
  };
  if (sourcePaths.includes(targetPath)) refuse(`${targetPath} is the file to restore from.`);
  if (sourcePaths.some((path) => isWithin(path, targetPath)))
    refuse(`${targetPath} is in the replica to restore from.`);
  if (isWithin(core.dataFolder.path, targetPath)) refuse(`${targetPath} is in Snapkeep’s own data folder.`);
  const folder = dirname(targetPath);
  const name = basename(targetPath);
  if (name.endsWith(MANIFEST_SUFFIX) || core.catalog.snapshots.byPath(folder, name) !== undefined)
    refuse(`${targetPath} is a stored snapshot, which is never overwritten.`);
  const plans = core.catalog.plans.list();
  const isSource = planOf(core, targetPath) !== null;
  const keepsSnapshots =
    core.catalog.snapshots.hasFolder(folder) ||
    foldersOf(core.catalog, plans).some((kept) => isWithin(kept, targetPath));
  if (keepsSnapshots && !isSource) refuse(`${folder} is a folder of snapshots.`);
}

/**
 * A database is put back by SQLite alone: what has it open would go on writing to a file that has been moved away.
 * @throws SnapkeepError `CONFLICT` for a target that would harm databases, snapshots or Snapkeep itself
 */
export async function refuseFilesTarget(core: CoreContext, targetPath: string): Promise<void> {
  const plans = core.catalog.plans.list();
  // A link may have been moved since the last check.
  await Promise.all(plans.map((plan) => checkSource(core, plan, { withKey: false })));
  const database = plans.find((plan) =>
    databasePaths(core, plan).some((path) => path === targetPath || isWithin(targetPath, path)),
  );
  if (database !== undefined) {
    throw new SnapkeepError('CONFLICT', `${database.sourcePath} is the database of a plan and would be replaced too.`, {
      hint: 'Nothing was changed. Restore the files to another folder, or restore only some of them, and restore the database separately.',
    });
  }
  const kept = [core.dataFolder.path, ...foldersOf(core.catalog, plans)];
  if (!kept.some((folder) => isWithin(folder, targetPath) || isWithin(targetPath, folder) || folder === targetPath))
    return;
  throw new SnapkeepError('CONFLICT', `${targetPath} contains snapshots or Snapkeep’s own data.`, {
    hint: 'Nothing was changed. Choose another restore location.',
  });
}
