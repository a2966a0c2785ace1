import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { StoredAttachedFile } from '../../../src-shared/model/attached-file.ts';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import { idLetters } from '../../../src-shared/rules/names/name-pattern.ts';
import type { StoredDestination } from '../catalog/repos/destination-repo.ts';
import type { CoreContext } from '../core-context.ts';
import type { RunHandle } from '../runs/run-work.ts';
import type { ExpectedContent } from './stored-content.ts';

/**
 * Brings the attached files of a snapshot to a destination, and answers how they are described there.
 * @param put stores a file under its name, unless exactly that is stored already
 * @throws SnapkeepError `CORRUPT` for what is no longer what was stored
 */
export async function copyAttachedFiles(
  core: CoreContext,
  handle: RunHandle,
  { snapshotPath, manifest, destination }: { snapshotPath: string; manifest: Manifest; destination: StoredDestination },
  put: (path: string, expected: ExpectedContent) => Promise<void>,
): Promise<StoredAttachedFile[]> {
  const { settings } = destination;
  const there: StoredAttachedFile[] = [];
  for (const attachedFile of manifest.attachedFiles) {
    const { storedName, digest } = attachedFile;
    if (storedName === null) {
      there.push(attachedFile);
      continue;
    }
    const storedPath = join(dirname(snapshotPath), storedName);
    if (digest !== null) {
      await put(storedPath, { name: storedName, sizeBytes: digest.stored.bytes, sha256: digest.stored.sha256 });
      there.push(attachedFile);
      continue;
    }
    const replicated = await core.runInWorker(
      'replicate-attached-file',
      {
        runId: handle.id,
        planName: manifest.plan.name,
        letters: idLetters(manifest.id),
        attachedFile: { ...attachedFile, storedName },
        storedPath,
        folder: settings.kind === 'folder' ? settings.path : null,
      },
      handle,
    );
    const { archivePath } = replicated;
    const packed = replicated.attachedFile.digest?.stored;
    if (archivePath !== null && packed !== undefined) {
      const { bytes: sizeBytes, sha256 } = packed;
      await put(archivePath, { name: replicated.attachedFile.storedName, sizeBytes, sha256 });
      await rm(archivePath, { force: true });
    }
    there.push(replicated.attachedFile);
  }
  return there;
}
