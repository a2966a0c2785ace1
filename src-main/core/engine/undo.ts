import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import { hashFile } from './decompress.ts';
import { explainError } from './engine-errors.ts';
import { readManifest } from './manifest-files.ts';
import { type AppliedRestore, applyRestore } from './restore.ts';
import { putBackKeptFiles } from './restore-by-file.ts';
import { checkRestore, lookAtTarget } from './restore-check.ts';
import { type SafetyRequest, takeSafetySnapshot } from './safety-snapshot.ts';
import type { TaskContext } from './task-context.ts';

/** A restore to be undone. */
export interface UndoRequest extends SafetyRequest {
  /** The safety snapshot of the restore. */
  safetyPath: string;
  lockWaitMs: number;
}

/**
 * Puts the safety snapshot of a restore back. What is there now is kept first, so that an undo can be undone as well.
 * @throws SnapkeepError as {@link applyRestore}
 */
export async function undoRestore(
  request: UndoRequest,
  context: TaskContext,
  onSafety: (safety: Manifest) => Promise<void>,
): Promise<AppliedRestore> {
  const manifest = await readManifest(request.safetyPath);
  if (manifest?.method === 'file-copy') return undoFileCopy(request, manifest, context, onSafety);
  const prepared = await checkRestore(
    {
      sourcePath: request.safetyPath,
      snapshotId: null,
      targetPath: request.targetPath,
      safetyFolder: request.safetyFolder,
      // What is put back was there before.
      schemaVersion: null,
      expects: null,
    },
    context,
  );
  return applyRestore({ ...request, prepared }, context, onSafety);
}

async function undoFileCopy(
  request: UndoRequest,
  manifest: Manifest,
  context: TaskContext,
  onSafety: (safety: Manifest) => Promise<void>,
): Promise<AppliedRestore> {
  context.progress('verifying', 0, manifest.stored.bytes);
  const { sha256 } = await hashFile(request.safetyPath, (bytes) => {
    context.throwIfCancelled();
    context.progress('verifying', bytes, manifest.stored.bytes);
  });
  if (sha256 !== manifest.stored.sha256) {
    throw new SnapkeepError('CORRUPT', `${request.safetyPath} is no longer what was kept.`, {
      hint: 'Nothing was changed. Restore from another snapshot.',
    });
  }
  const target = await lookAtTarget(request.targetPath, context);
  const safety = target.exists ? await takeSafetySnapshot(request, target, context) : null;
  if (safety !== null) await onSafety(safety);
  context.throwIfCancelled();
  context.progress('replacing', 0, manifest.stored.bytes);
  try {
    await putBackKeptFiles(request.safetyPath, request.targetPath, target, request.runId, context);
  } catch (error) {
    throw explainError(error, request.targetPath);
  }
  const note = 'The files are back byte for byte; SQLite could not read them when they were kept.';
  context.log('warning', note);
  return { method: 'replace-file', tables: 0, rows: 0, safety, note };
}
