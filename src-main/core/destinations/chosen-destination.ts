import { stat } from 'node:fs/promises';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import type { CoreContext } from '../core-context.ts';
import { explainedAs } from '../engine/engine-errors.ts';
import { canonicalPath, refuseDataFolder } from '../engine/files/paths.ts';
import { folderToRead, openDestination, requireDestination } from './destination-access.ts';
import type { Destination } from './drivers/destination.ts';
import { LocalFolder } from './drivers/local-folder.ts';

/** A destination, or a folder that need not be one yet. */
export type ChosenDestination = { destinationId: string } | { path: string };

/** The destination that is chosen, if it is one yet. @throws SnapkeepError as {@link folderOf} */
export async function knownDestination(
  core: CoreContext,
  chosen: ChosenDestination,
): Promise<StoredDestination | undefined> {
  if ('destinationId' in chosen) return requireDestination(core.catalog, chosen.destinationId);
  return core.catalog.destinations.byFolder(await folderOf(core, chosen.path));
}

/** Opens what is chosen without making it a destination. @throws SnapkeepError as {@link folderOf} */
export async function driverAt(core: CoreContext, chosen: ChosenDestination): Promise<Destination> {
  const known = await knownDestination(core, chosen);
  if (known !== undefined) return openDestination(core, known);
  const path = 'path' in chosen ? await folderOf(core, chosen.path) : '';
  return new LocalFolder({ kind: 'folder', path, bytesPerSecond: null });
}

/** The destination; a folder becomes one, for its snapshots are from now on known to lie there. */
export async function chosenDestination(core: CoreContext, chosen: ChosenDestination): Promise<StoredDestination> {
  if ('destinationId' in chosen) return requireDestination(core.catalog, chosen.destinationId);
  return folderToRead(core, await folderOf(core, chosen.path));
}

/** @throws SnapkeepError `NOT_FOUND`, `INVALID_PARAMS` for a file, `CONFLICT` within the data folder */
export async function folderOf({ dataFolder }: CoreContext, given: string): Promise<string> {
  const path = await canonicalPath(given);
  refuseDataFolder(dataFolder.path, path);
  if ((await stat(path).catch(explainedAs(path))).isDirectory()) return path;
  throw new SnapkeepError('INVALID_PARAMS', `${path} is a file, not a folder.`, {
    hint: 'Choose the folder it is in.',
  });
}
