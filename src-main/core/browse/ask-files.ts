import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { storedDestinations } from '../copies/fetch-snapshot.ts';
import type { CoreContext } from '../core-context.ts';
import { locationOf } from '../destinations/destination-access.ts';
import { answerByTask } from '../runs/request-task.ts';
import type { StoredFilesAnswer, StoredFilesRequest } from './browse-files.ts';

/**
 * Asks a worker process for what an attached file of a snapshot contains.
 * @throws SnapkeepError `UNSUPPORTED` where no copy is on this machine or a mounted share, and as `browseFiles`
 */
export async function askFiles(
  core: CoreContext,
  snapshotId: string,
  asked: Pick<StoredFilesRequest, 'attachedFile' | 'path' | 'part'>,
  signal: AbortSignal,
): Promise<StoredFilesAnswer> {
  const snapshot = core.catalog.snapshots.require(snapshotId);
  const near = storedDestinations(core, snapshot).destinations.find(({ settings }) => settings.kind === 'folder');
  const manifest = near && core.catalog.snapshots.manifestAt(snapshot.id, near.id);
  if (near === undefined || manifest === undefined)
    throw new SnapkeepError('UNSUPPORTED', `The files of ${snapshot.name} are in a bucket or on a server only.`, {
      hint: 'Restore them to another path to read them.',
    });
  const request = { ...asked, snapshotPath: locationOf(near, snapshot.name), manifest };
  const encryptionSecrets = core.encryptions.all(snapshot.planId);
  return answerByTask(core, 'browse-files', request, {
    what: `Reading the files of ${snapshot.name}`,
    signal,
    encryptionSecrets,
  });
}
