import { basename, dirname } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { KeyInput } from '../../../src-shared/model/database-encryption.ts';
import type {
  DatabaseDeletionPreview,
  DatabaseDeletionTarget,
} from '../../../src-shared/model/restore/database-deletion.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import type { CoreContext } from '../core-context.ts';
import { rightsOfFile } from '../engine/files/file-rights.ts';
import { canonicalFilePath } from '../engine/files/paths.ts';
import type { DatabaseKey } from '../engine/sqlite/database-key.ts';
import { planOf, refuseTarget } from '../restore/check/refuse-target.ts';
import { replacing, safetyRequest } from '../restore/replace/replace-in-worker.ts';
import { answerByTask } from '../runs/request-task.ts';
import { keepKey } from '../secrets/keys.ts';
import type { DatabaseDeletionCheckRequest } from './delete-database.ts';

/** The deletion of a database as it is asked for, with its way resolved. */
export interface DatabaseDeletionOrder extends DatabaseDeletionCheckRequest {
  keys: DatabaseKey[];
}

/** What is to be deleted, and what may open it. @throws SnapkeepError `CONFLICT` for what would harm snapshots */
export async function databaseDeletionOrder(
  core: CoreContext,
  target: DatabaseDeletionTarget,
  given: KeyInput | undefined,
): Promise<DatabaseDeletionOrder> {
  const path = 'planId' in target ? requirePlanPath(core, target.planId) : target.path;
  const targetPath = await canonicalFilePath(path);
  refuseTarget(core, [], targetPath);
  const plan = core.catalog.plans.get(planOf(core, targetPath) ?? '');
  const key = given && (await core.keys.read(given, plan?.key?.fingerprint));
  const known = core.keys.all(plan?.key && { key: plan.key.fingerprint, settings: plan.key.settings });
  return {
    targetPath,
    lockFiles: [...new Set([...(plan?.lockFiles ?? []), ...(target.lockFiles ?? [])])],
    safetyFolder: core.dataFolder.safetyFolder,
    keys: key === undefined ? known : [key, ...known.filter(({ fingerprint }) => fingerprint !== key.fingerprint)],
  };
}

/** @throws SnapkeepError `NOT_FOUND`, `UNSUPPORTED` for a plan of files */
function requirePlanPath(core: CoreContext, planId: string): string {
  const plan = core.catalog.plans.require(planId);
  if (plan.sourceKind === 'files') {
    throw new SnapkeepError('UNSUPPORTED', `The plan ${plan.name} has no database to delete.`, {
      hint: 'Nothing was deleted. Choose a plan with a database.',
    });
  }
  return plan.sourcePath;
}

/** Works out what the deletion of a database would remove. @throws SnapkeepError */
export function previewDatabaseDeletion(
  core: CoreContext,
  { keys, ...request }: DatabaseDeletionOrder,
  signal: AbortSignal,
): Promise<DatabaseDeletionPreview> {
  const what = `Checking ${basename(request.targetPath)}`;
  return answerByTask(core, 'database-deletion-check', request, { what, signal, keys });
}

/** Queues the deletion of a database after its preview; it can be undone as a restore is. */
export function startDatabaseDeletion(
  core: CoreContext,
  order: DatabaseDeletionOrder,
  confirmation: string,
  evenIfOpen: boolean,
): Run {
  const { keys, ...request } = order;
  const { targetPath } = request;
  return core.runs.start({
    kind: 'databaseDeletion',
    planId: planOf(core, targetPath),
    subject: basename(targetPath),
    locks: [targetPath],
    folders: [core.dataFolder.safetyFolder, dirname(targetPath)],
    work: async (handle) => {
      await core.cleanUp.resolve([targetPath]);
      const lockWaitMs = core.catalog.settings.get().lockWaitSeconds * 1000;
      const work = { ...safetyRequest(core, handle, targetPath), ...request, confirmation, evenIfOpen, lockWaitMs };
      const rights = await rightsOfFile(targetPath);
      const done = await replacing(core, handle, 'databaseDeletion', targetPath, work, { keys, rights });
      const { removed, safety, tables, rows, stateAfter } = done;
      keepKey(core, keys, safety?.databaseEncryption);
      const kept = { safetySnapshotId: safety?.id ?? null, undoneBy: null, note: null, stateAfter, files: [] };
      return { kind: 'databaseDeletion', targetPath, method: 'remove', tables, rows, ...kept, removed, rights };
    },
  });
}
