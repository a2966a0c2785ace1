import { stat } from 'node:fs/promises';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { AttachedFile } from '../../../src-shared/model/attached-file.ts';
import type { KeyInput, PlanKey } from '../../../src-shared/model/database-encryption.ts';
import type { PlanDestination, PlanDestinationInput } from '../../../src-shared/model/plan.ts';
import type { CoreContext } from '../core-context.ts';
import { addFolder, requireDestination } from '../destinations/destination-access.ts';
import { explainedAs } from '../engine/engine-errors.ts';
import { absolutePath, canonicalFilePath, canonicalPath, refuseDataFolder } from '../engine/files/paths.ts';
import { withSettings } from '../engine/sqlite/database-key.ts';
import { rememberedAs } from '../secrets/keys.ts';
import { describeSource } from './describe-source.ts';

/**
 * The attached files that were chosen for a plan, each of them there and of its kind.
 * @throws SnapkeepError `NOT_FOUND`, `INVALID_PARAMS`; `CONFLICT` for Snapkeep's own data
 */
export async function prepareAttachedFiles(
  core: CoreContext,
  chosen: readonly AttachedFile[],
): Promise<AttachedFile[]> {
  const prepared: AttachedFile[] = [];
  for (const attachedFile of chosen) {
    const path = await canonicalPath(attachedFile.path);
    refuseDataFolder(core.dataFolder.path, path);
    await requireKind({ ...attachedFile, path });
    // As it was given: a link is followed at each run.
    prepared.push({ ...attachedFile, path: absolutePath(attachedFile.path) });
  }
  return prepared;
}

/** @throws SnapkeepError `NOT_FOUND`; `INVALID_PARAMS` for what is of another kind */
export async function requireKind({ kind, path }: Pick<AttachedFile, 'kind' | 'path'>): Promise<void> {
  const info = await stat(path).catch(explainedAs(path));
  if (kind === 'folder' ? info.isDirectory() : info.isFile() || (kind === 'image' && info.isBlockDevice())) return;
  const what = { folder: 'a folder', file: 'a file', image: 'an image file or a block device' }[kind];
  throw new SnapkeepError('INVALID_PARAMS', `${path} is not ${what}.`, {
    hint: 'Choose the right kind, or another path.',
  });
}

/** The path of an existing database, as it was given: a link in it is followed at each run. @throws SnapkeepError */
export async function requireSource(given: string): Promise<string> {
  const path = await canonicalFilePath(given);
  const info = await stat(path).catch(explainedAs(path));
  if (!info.isFile())
    throw new SnapkeepError('INVALID_PARAMS', `${path} is not a file.`, { hint: 'Choose the database file.' });
  return absolutePath(given);
}

/**
 * Opens the database with a key, keeps the key, and says what the plan remembers of it.
 * @throws SnapkeepError `BAD_KEY` when it does not open it, `INVALID_PARAMS` when the database needs none
 */
export async function tryKey(core: CoreContext, path: string, input: KeyInput, signal: AbortSignal): Promise<PlanKey> {
  const key = await core.keys.read(input);
  const { databaseEncryption } = await describeSource(core, path, key, signal);
  if (databaseEncryption === null || databaseEncryption.settings === null) {
    throw new SnapkeepError('INVALID_PARAMS', `${path} is not encrypted and needs no key.`, {
      hint: 'Remove the key.',
    });
  }
  const { settings } = databaseEncryption;
  core.keys.keep(withSettings(key, settings));
  return { from: rememberedAs(input), fingerprint: key.fingerprint, settings };
}

/**
 * The destinations that were chosen; a folder becomes one.
 * @throws SnapkeepError `NOT_FOUND`, `INVALID_PARAMS` when one is chosen twice
 */
export async function prepareDestinations(
  core: CoreContext,
  chosen: readonly PlanDestinationInput[],
): Promise<PlanDestination[]> {
  const prepared: PlanDestination[] = [];
  for (const each of chosen) {
    const known = 'path' in each ? undefined : requireDestination(core.catalog, each.destinationId);
    const path = 'path' in each ? each.path : known?.settings.kind === 'folder' ? known.settings.path : undefined;
    // A folder that was only read from so far is added by being given to a plan.
    const added = known === undefined || known.markerId === null ? path : undefined;
    const destination = added === undefined ? known : await addFolder(core, added);
    if (destination === undefined) throw new Error('A destination has neither a path nor an id.');
    if (prepared.some(({ destinationId }) => destinationId === destination.id)) {
      throw new SnapkeepError('INVALID_PARAMS', `${destination.name} is selected twice.`, {
        hint: 'Select each destination once.',
      });
    }
    prepared.push({ destinationId: destination.id, retention: each.retention });
  }
  return prepared;
}
