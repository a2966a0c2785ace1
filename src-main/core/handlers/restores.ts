import { basename, dirname } from 'node:path';
import type { KeyInput } from '../../../src-shared/model/encryption.ts';
import type { RestoreSource } from '../../../src-shared/model/restore.ts';
import type { Snapshot } from '../../../src-shared/model/snapshot.ts';
import type { CoreContext } from '../core-context.ts';
import { fingerprintOf } from '../jobs/keys.ts';
import { startRestore, startRestoreCheck, startUndo } from '../jobs/restore.ts';
import { startVerification } from '../jobs/verify.ts';
import { canonicalFilePath } from '../paths.ts';
import type { Handlers, MethodsOf } from './handler.ts';
import { wholeSnapshot } from './snapshots.ts';

/** Checks, starts and undoes restores, and verifies. */
export function restoresHandlers(core: CoreContext): Handlers<MethodsOf<'restores'> | MethodsOf<'verifications'>> {
  const read = async (key: KeyInput | undefined, path: string) =>
    key === undefined ? undefined : core.keys.read(key, await fingerprintOf(path));
  return {
    'verifications.start': async ({ key, ...source }) => {
      const { path, snapshot } = await locate(core, source);
      return { run: startVerification(core, path, snapshot, await read(key, path)) };
    },
    'restores.check': async ({ source, targetPath, key }) => {
      const { path, snapshot } = await locate(core, source);
      return {
        run: startRestoreCheck(
          core,
          { path, snapshotId: snapshot?.id ?? null },
          await canonicalFilePath(targetPath),
          await read(key, path),
        ),
      };
    },
    'restores.start': ({ checkRunId, confirmation }) => ({ run: startRestore(core, checkRunId, confirmation) }),
    'restores.discard': async ({ checkRunId }) => {
      await core.prepared.discard(checkRunId);
      return {};
    },
    'restores.undo': ({ runId }) => ({ run: startUndo(core, runId) }),
  };
}

/** Finds the file that is meant, and its snapshot if it is one of the catalog. */
async function locate(
  core: CoreContext,
  source: RestoreSource,
): Promise<{ path: string; snapshot: Snapshot | undefined }> {
  if ('snapshotId' in source) {
    const snapshot = wholeSnapshot(core, source.snapshotId);
    return { path: snapshot.path, snapshot };
  }
  const path = await canonicalFilePath(source.path);
  return { path, snapshot: core.catalog.snapshots.byPath(dirname(path), basename(path)) };
}
