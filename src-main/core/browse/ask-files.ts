import { dirname, join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { StoredAttachedFile } from '../../../src-shared/model/attached-file.ts';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import { type StoredSnapshot, storedDestinations } from '../copies/fetch-snapshot.ts';
import type { CoreContext } from '../core-context.ts';
import { locationOf } from '../destinations/destination-access.ts';
import { answerByTask } from '../runs/request-task.ts';
import type { StoredFilesAnswer, StoredFilesRequest } from './browse-files.ts';
import { fetchArchive, type RemoteArchive } from './fetch-files.ts';

/**
 * Asks a worker process for what an attached file of a snapshot contains. Where no copy is on this machine or a mounted
 * share, its archive is fetched first.
 * @throws SnapkeepError as `fetchArchive` and `browseFiles`
 */
export async function askFiles(
  core: CoreContext,
  snapshotId: string,
  { attachedFile, ...asked }: Pick<StoredFilesRequest, 'path' | 'part'> & { attachedFile: string },
  signal: AbortSignal,
): Promise<StoredFilesAnswer> {
  const snapshot = core.catalog.snapshots.require(snapshotId);
  const archive = nearest(core, storedDestinations(core, snapshot), attachedFile);
  const { file, destination } = archive;
  const ask = (path: string): Promise<StoredFilesAnswer> =>
    answerByTask(
      core,
      'browse-files',
      { ...asked, stored: storedAt(path, file) },
      {
        what: `Reading the files of ${snapshot.name}`,
        signal,
        encryptionSecrets: core.encryptions.all(snapshot.planId),
      },
    );
  if (destination.settings.kind === 'folder')
    return ask(join(dirname(locationOf(destination, destination.fileName)), file.storedName));
  const { copyId, copy } = await fetchArchive(core, archive, signal);
  try {
    return await ask(copy.path);
  } finally {
    core.openCopies.release(copyId);
  }
}

/** Finds the nearest copy of an attached file. */
function nearest(core: CoreContext, stored: StoredSnapshot, attachedFile: string): RemoteArchive {
  const [destination] = stored.destinations;
  const manifest = destination && core.catalog.snapshots.manifestAt(stored.snapshot.id, destination.id);
  if (destination === undefined || manifest === undefined)
    throw new SnapkeepError('NOT_FOUND', `${stored.snapshot.name} is at none of its destinations.`, {
      hint: 'Choose another snapshot.',
    });
  return { stored, destination, file: storedFile(manifest, attachedFile) };
}

/** @throws SnapkeepError `NOT_FOUND`, `UNSUPPORTED` for an image */
function storedFile({ name, attachedFiles }: Manifest, wanted: string): RemoteArchive['file'] {
  const file = attachedFiles.find((each) => each.name === wanted);
  if (file === undefined || file.storedName === null)
    throw new SnapkeepError('NOT_FOUND', `${name} contains no ${wanted}.`, { hint: 'Choose another snapshot.' });
  if (file.kind === 'image')
    throw new SnapkeepError('UNSUPPORTED', `${wanted} is the image of a disk; its files cannot be listed.`, {
      hint: 'Restore it to another path, and mount it there.',
    });
  return { ...file, storedName: file.storedName };
}

const storedAt = (path: string, { way, digest }: StoredAttachedFile): StoredFilesRequest['stored'] =>
  way === 'linked-folder' ? { kind: 'folder', path } : { kind: 'archive', path, sha256: digest?.stored.sha256 ?? null };
