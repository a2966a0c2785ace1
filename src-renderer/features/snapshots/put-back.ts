import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import { TRASH_DAYS } from '../../../src-shared/retention/trash.ts';
import { client } from '../../api/client.ts';
import { showError } from '../../components/messages/errors.tsx';
import { showUndo } from '../../components/messages/undo-notice.tsx';
import { addRun } from '../../stores/runs.ts';

/**
 * Puts a deleted snapshot back, and waits for it.
 * @throws SnapkeepError what kept it from coming back
 */
export async function putBack(snapshotId: string): Promise<void> {
  const { run } = await client.call('trash.putBack', { snapshotId });
  const { error } = await ended(run);
  if (error !== null) throw new SnapkeepError(error.code, error.message, { ...(error.hint && { hint: error.hint }) });
}

/** Offers to put a snapshot back, once its deletion has ended and something of it is in the trash. */
export function offerPutBack(deletion: Run, snapshotId: string): void {
  ended(deletion).then(({ result, subject }) => {
    if (result?.kind !== 'delete' || !result.removed.some(({ toTrash }) => toTrash)) return;
    showUndo(`${subject} deleted. It can be put back for ${TRASH_DAYS} days.`, () => putBack(snapshotId));
  }, showError);
}

/** Waits for the end of a run that was just started. */
async function ended(started: Run): Promise<Run> {
  addRun(started);
  const { promise, resolve } = Promise.withResolvers<Run>();
  const take = (run: Run): void => {
    if (run.id === started.id && run.finishedAt !== null) resolve(run);
  };
  const stop = client.on('run.changed', ({ run }) => take(run));
  try {
    // It may have ended before anyone listened.
    take((await client.call('runs.get', { runId: started.id })).run);
    return await promise;
  } finally {
    stop();
  }
}
