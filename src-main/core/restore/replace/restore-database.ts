import { SnapkeepError } from '../../../../src-shared/contract/errors.ts';
import type { TaskContext } from '../../engine/task-context.ts';
import { type PreparedRestore, restoreConfirmation } from '../check/check-restore.ts';
import { inspectTarget } from '../check/inspect-target.ts';
import type { NoteDatabase } from './keeper.ts';
import { type AppliedRestore, type ReplaceRequest, replaceDatabase } from './replace-database.ts';

/** A checked restore that a person has confirmed. */
export interface RestoreRequest extends ReplaceRequest {
  prepared: PreparedRestore;
}

/**
 * Puts a checked image in place and keeps what was there.
 * @throws SnapkeepError `CONFLICT` when the target is no longer what was confirmed; otherwise as {@link replaceDatabase}
 */
export async function applyRestore(
  request: RestoreRequest,
  context: TaskContext,
  note: NoteDatabase,
): Promise<AppliedRestore> {
  const { prepared, targetPath } = request;
  const { check, imageSha256, imagePath, image } = prepared;
  const target = await inspectTarget(targetPath, context);
  if (restoreConfirmation(imageSha256, check.target.method, target, targetPath) !== check.confirmation) {
    throw new SnapkeepError('CONFLICT', `${targetPath} has changed since the review.`, {
      hint: 'Nothing was changed. Review the restore again.',
    });
  }
  const content = {
    ...image,
    imagePath,
    imageBytes: check.source.imageBytes,
    encrypted: prepared.databaseEncryption !== null,
    // A restored database that needs repair is checked again, so that the run names what to repair.
    checkedAs: check.repairs === null ? prepared.checkedAs : null,
    reviewed: true,
    tables: check.verification.tables,
    sidecarsOf: null,
    rights: null,
    mode: prepared.mode,
  };
  return replaceDatabase(request, target, content, note, context);
}
