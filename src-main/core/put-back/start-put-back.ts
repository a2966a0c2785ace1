import { basename, dirname } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { ParsedParams } from '../../../src-shared/contract/methods.ts';
import type { PutBackPreview } from '../../../src-shared/model/rows/put-back.ts';
import type { Run, RunResult } from '../../../src-shared/model/run.ts';
import { aboutCopy, type CopySource, findCopySource, getCopy } from '../browse/open-view.ts';
import type { CoreContext } from '../core-context.ts';
import { canonicalFilePath } from '../engine/files/paths.ts';
import type { PutBackOrder } from '../engine/put-back/plan-rows.ts';
import type { DatabaseKey } from '../engine/sqlite/database-key.ts';
import { planOf, refuseTarget } from '../restore/check/refuse-target.ts';
import { replacing, safetyRequest } from '../restore/replace/replace-in-worker.ts';
import type { RunHandle } from '../runs/run-work.ts';
import type { KeptPreview } from './put-back-previews.ts';

type PreviewParams = ParsedParams<'rows.previewPutBack'>;

/** Returns the path of the live database. @throws SnapkeepError `NOT_FOUND`, `UNSUPPORTED` for a plan of files */
export async function targetOf(core: CoreContext, target: PreviewParams['target']): Promise<string> {
  if ('path' in target) return canonicalFilePath(target.path);
  const plan = core.catalog.plans.require(target.planId);
  if (plan.sourceKind !== 'files') return canonicalFilePath(plan.sourcePath);
  throw new SnapkeepError('UNSUPPORTED', `The plan ${plan.name} has no database to put rows back into.`, {
    hint: 'Choose a plan with a database.',
  });
}

/** Queues the preview of putting rows back. @throws SnapkeepError `CONFLICT` for a target that would harm snapshots */
export function startPutBackCheck(
  core: CoreContext,
  { source, found }: { source: PreviewParams['source']; found: CopySource },
  targetPath: string,
  order: PutBackOrder,
): Run {
  const { locks, snapshotId } = sourceOf(core, found);
  refuseTarget(core, locks, targetPath);
  return core.runs.start({
    kind: 'put-back-check',
    planId: planOf(core, targetPath),
    snapshotId,
    subject: basename(targetPath),
    locks: [...locks, targetPath],
    work: (handle) =>
      withCopy(core, found, handle, async (imagePath, keys, about) => {
        const request = { imagePath, targetPath, order };
        const pieces: string[] = [];
        const listener = { ...handle.listener, onSql: (piece: string) => void pieces.push(piece) };
        const options = { ...handle, listener, keys };
        const { preview, written, isSqlWhole } = await core.runInWorker('put-back-check', request, options);
        const sql = isSqlWhole ? pieces : null;
        core.putBacks.keep(handle.id, { preview: { ...preview, source: about }, source, order, written, sql });
        return { kind: 'put-back-check', changes: preview.changes };
      }),
  });
}

/**
 * Queues the putting back that was previewed.
 * @throws SnapkeepError `NOT_FOUND`, `CONFLICT` where it must be previewed again, and as {@link findCopySource}
 */
export async function startPutBack(
  core: CoreContext,
  checkRunId: string,
  confirmation: string,
  signal: AbortSignal,
): Promise<Run> {
  const { preview, source, order, written } = requireConfirmed(core.putBacks.require(checkRunId), confirmation);
  const found = await findCopySource(core, source, undefined, signal);
  const { locks, snapshotId } = sourceOf(core, found);
  const { path: targetPath } = preview.target;
  return core.runs.start({
    kind: 'putBackRows',
    planId: planOf(core, targetPath),
    snapshotId,
    subject: basename(targetPath),
    locks: [...locks, targetPath],
    folders: [core.dataFolder.safetyFolder, dirname(targetPath)],
    work: async (handle) => {
      await core.cleanUp.resolve([targetPath]);
      return withCopy(core, found, handle, async (imagePath, keys): Promise<RunResult> => {
        const lockWaitMs = core.catalog.settings.get().lockWaitSeconds * 1000;
        const request = {
          ...safetyRequest(core, handle, targetPath),
          ...{ imagePath, order, confirmation, written, lockWaitMs },
        };
        const counts = { tables: preview.tables.length, rows: preview.changes };
        const { safety, stateAfter } = await replacing(core, handle, 'putBackRows', targetPath, request, {
          keys,
          counts,
        });
        const kept = { safetySnapshotId: safety?.id ?? null, undoneBy: null, note: null, stateAfter, files: [] };
        return { kind: 'putBackRows', targetPath, method: 'rows', ...counts, ...kept };
      });
    },
  });
}

function sourceOf(core: CoreContext, found: CopySource): { locks: string[]; snapshotId: string | null } {
  const about = aboutCopy(core, found);
  return { locks: about.locks, snapshotId: 'snapshotId' in about ? about.snapshotId : null };
}

/** @throws SnapkeepError `CONFLICT` */
function requireConfirmed(kept: KeptPreview, confirmation: string): KeptPreview {
  const { preview } = kept;
  if (preview.confirmation !== confirmation)
    throw new SnapkeepError('CONFLICT', 'These rows must be reviewed before they are put back.', {
      hint: 'Nothing was changed. Open the review again.',
    });
  const [problem] = preview.problems;
  if (problem !== undefined)
    throw new SnapkeepError('CONFLICT', problem, { hint: 'Nothing was changed. Choose other rows.' });
  if (preview.changes > 0) return kept;
  throw new SnapkeepError('CONFLICT', 'The live database already has these rows.', {
    hint: 'Nothing was changed. Choose other rows, or overwrite those that have changed.',
  });
}

/** Works with an unpacked snapshot and the keys that open it and the live database. */
async function withCopy<T>(
  core: CoreContext,
  found: CopySource,
  handle: RunHandle,
  work: (imagePath: string, keys: DatabaseKey[], about: PutBackPreview['source']) => Promise<T>,
): Promise<T> {
  const { copyId, copy, name, snapshotId } = await getCopy(core, found, handle);
  try {
    const { unlocking } = copy;
    const keys = core.keys.all(unlocking && { key: unlocking.key.fingerprint, settings: unlocking.settings });
    const given =
      unlocking === null || keys.some(({ fingerprint }) => fingerprint === unlocking.key.fingerprint)
        ? []
        : [unlocking.key];
    return await work(copy.path, [...given, ...keys], { name, snapshotId, createdAt: copy.takenAt });
  } finally {
    core.openCopies.release(copyId);
  }
}
