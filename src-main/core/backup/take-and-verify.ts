import { join } from 'node:path';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { Verification } from '../../../src-shared/model/verification.ts';
import type { TaskContext } from '../engine/task-context.ts';
import { verifyAttachedFiles } from '../verify/verify-attached-files.ts';
import { verifyFile } from '../verify/verify-file.ts';
import { verifyReadBack } from '../verify/verify-read-back.ts';
import { type SnapshotRequest, takeSnapshot } from './take-snapshot.ts';

/** A snapshot that is to be taken, and whether what was stored is verified. */
export interface BackupRequest extends Omit<SnapshotRequest, 'check'> {
  verify: boolean;
}

/**
 * Takes a snapshot and verifies it: what is an image is checked while it is stored, and the copy read back; of anything
 * else, the copy is unpacked and checked in full.
 * @param tellStored gets the snapshot once it is stored; the verification begins when this has ended
 * @returns `null` where no verification was asked for
 * @throws SnapkeepError
 */
export function backUp(
  { verify, ...request }: BackupRequest,
  context: TaskContext,
  tellStored: (manifest: Manifest) => Promise<void>,
): Promise<Verification | null> {
  return takeSnapshot({ ...request, check: verify }, context, async (manifest, checked) => {
    await tellStored(manifest);
    if (!verify) return null;
    const file = { path: join(request.folder, manifest.name), expected: manifest };
    const verification =
      checked === null
        ? await verifyFile(file, context, true)
        : await verifyReadBack({ path: file.path, manifest, checked }, context);
    return verifyAttachedFiles(file, verification, true, context);
  });
}
