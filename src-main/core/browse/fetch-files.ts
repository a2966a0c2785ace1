import { join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { StoredAttachedFile } from '../../../src-shared/model/attached-file.ts';
import { download } from '../copies/download.ts';
import { type CopyPlace, readingOf, type StoredSnapshot } from '../copies/fetch-snapshot.ts';
import type { CoreContext } from '../core-context.ts';
import { withDestination } from '../destinations/destination-access.ts';
import { requireRoom } from '../engine/files/disk-full.ts';
import { cancelledError } from '../engine/task-context.ts';
import type { OpenCopy } from './open-copies.ts';

/** An archive of attached files at a destination that is not on this machine. */
export interface RemoteArchive {
  stored: StoredSnapshot;
  destination: CopyPlace;
  file: StoredAttachedFile & { storedName: string };
}

/**
 * Gets an archive of attached files to this machine. It is fetched once, by a run that can be followed and cancelled,
 * and kept among the open copies while it is used. Whoever has read it calls `core.openCopies.release`.
 * @throws SnapkeepError `CANCELLED`, `NO_SPACE`, and as the destination does
 */
export async function fetchArchive(
  core: CoreContext,
  archive: RemoteArchive,
  signal: AbortSignal,
): Promise<{ copyId: string; copy: OpenCopy }> {
  const { file } = archive;
  const copyId = file.digest?.stored.sha256 ?? `${archive.stored.snapshot.id} ${file.storedName}`;
  const copy = core.openCopies.use(copyId) ?? (await fetchByRun(core, archive, copyId, signal));
  return { copyId, copy };
}

async function fetchByRun(
  core: CoreContext,
  { stored, destination, file: { storedName, digest } }: RemoteArchive,
  copyId: string,
  signal: AbortSignal,
): Promise<OpenCopy> {
  let copy: OpenCopy | undefined;
  const run = core.runs.start({
    kind: 'browse',
    ...readingOf(stored),
    work: async (handle) => {
      // Another question may have fetched it meanwhile.
      copy = core.openCopies.use(copyId);
      if (copy !== undefined) return { kind: 'browse', viewId: null, bytes: copy.bytes };
      const path = join(handle.stagingFolder, 'fetched-files');
      const bytes = await withDestination(core, destination, async (driver) => {
        const known = digest?.stored.bytes ?? (await driver.stat(storedName))?.bytes ?? 0;
        await requireRoom({ use: 'staging', folder: handle.stagingFolder, bytes: known });
        await download(driver, { name: storedName, bytes: known }, path, handle);
        return known;
      });
      copy = await core.openCopies.add(copyId, path, { bytes, takenAt: null, rows: null, unlocking: null });
      return { kind: 'browse', viewId: null, bytes };
    },
  });
  const cancel = (): void => {
    core.runs.cancel(run.id);
  };
  signal.addEventListener('abort', cancel);
  if (signal.aborted) cancel();
  try {
    const { error } = await core.runs.ended(run.id);
    if (copy !== undefined && !signal.aborted) return copy;
    if (copy !== undefined) core.openCopies.release(copyId);
    throw error === null || signal.aborted ? cancelledError() : SnapkeepError.fromBody(error);
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}
