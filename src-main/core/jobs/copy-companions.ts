import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { StoredCompanion } from '../../../src-shared/model/companion.ts';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import { idLetters } from '../../../src-shared/rules/name-pattern.ts';
import type { StoredDestination } from '../catalog/destination-repo.ts';
import type { CoreContext } from '../core-context.ts';
import type { RunHandle } from './runs.ts';
import type { ExpectedContent } from './stored-content.ts';

/**
 * Brings the companions of a snapshot to a destination, and answers how they are described there.
 * @param put stores a file there under its name, unless just that is there already
 * @throws SnapkeepError `CORRUPT` for what is no longer what was stored
 */
export async function copyCompanions(
  core: CoreContext,
  handle: RunHandle,
  { snapshotPath, manifest, destination }: { snapshotPath: string; manifest: Manifest; destination: StoredDestination },
  put: (path: string, expected: ExpectedContent) => Promise<void>,
): Promise<StoredCompanion[]> {
  const { settings } = destination;
  const there: StoredCompanion[] = [];
  for (const companion of manifest.companions) {
    const { storedName, digest } = companion;
    if (storedName === null) {
      there.push(companion);
      continue;
    }
    const storedPath = join(dirname(snapshotPath), storedName);
    if (digest !== null) {
      await put(storedPath, { name: storedName, sizeBytes: digest.stored.bytes, sha256: digest.stored.sha256 });
      there.push(companion);
      continue;
    }
    const conveyed = await core.runInWorker(
      'convey-companion',
      {
        runId: handle.id,
        planName: manifest.plan.name,
        letters: idLetters(manifest.id),
        companion: { ...companion, storedName },
        storedPath,
        folder: settings.kind === 'folder' ? settings.path : null,
      },
      handle,
    );
    const { archivePath } = conveyed;
    const packed = conveyed.companion.digest?.stored;
    if (archivePath !== null && packed !== undefined) {
      const { bytes: sizeBytes, sha256 } = packed;
      await put(archivePath, { name: conveyed.companion.storedName, sizeBytes, sha256 });
      await rm(archivePath, { force: true });
    }
    there.push(conveyed.companion);
  }
  return there;
}
