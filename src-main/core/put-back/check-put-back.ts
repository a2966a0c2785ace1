import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { PutBackPreview } from '../../../src-shared/model/rows/put-back.ts';
import { identityOf } from '../engine/attached-files/folder/folder-swap.ts';
import { confirmationOf } from '../engine/confirmation.ts';
import { sqlPieces } from '../engine/dump/pieces.ts';
import { explainError } from '../engine/engine-errors.ts';
import { type PutBackOrder, type PutBackPlan, planPutBack } from '../engine/put-back/plan-rows.ts';
import { scriptOf } from '../engine/put-back/statements.ts';
import { firingTriggers, tryPlan } from '../engine/put-back/try-plan.ts';
import type { WrittenRows } from '../engine/put-back/write-rows.ts';
import { encodingOf } from '../engine/rows/read-cells.ts';
import { copyImage } from '../engine/sqlite/copy-image.ts';
import { type Database, type OpenedDatabase, openDatabase, openForReading } from '../engine/sqlite/open-database.ts';
import type { TaskContext } from '../engine/task-context.ts';
import { requireOwnLog } from '../restore/check/inspect-target.ts';
import { hashOfPlan, rowsShown, tablesOf } from './describe-plan.ts';
import { MOST_SQL } from './put-back-previews.ts';

/** Which rows of an image are put back into which database. */
export interface PutBackRequest {
  /** The unpacked snapshot, to which nobody writes. */
  imagePath: string;
  targetPath: string;
  order: PutBackOrder;
}

/** What putting rows back would do. */
export interface CheckedPutBack {
  preview: Omit<PutBackPreview, 'source'>;
  written: WrittenRows;
  /** Whether all of the statements were told. */
  isSqlWhole: boolean;
}

/**
 * Says what putting rows back would do, by trying it on a copy of the live database; the live database is only read.
 * @param tellSql takes the statements in pieces
 * @throws SnapkeepError `NOT_FOUND` or `INVALID_PARAMS` for the rows, and as {@link copyImage} for the live database
 */
export async function checkPutBack(
  request: PutBackRequest,
  context: TaskContext,
  tellSql: (piece: string) => void,
): Promise<CheckedPutBack> {
  const { imagePath, targetPath, order } = request;
  await requireOwnLog(targetPath);
  const copyPath = join(context.stagingFolder, 'live.db');
  const identity = await identityOf(targetPath).catch((error: unknown) => {
    throw explainError(error, targetPath);
  });
  const { unlocking } = await copyImage(targetPath, copyPath, context);
  try {
    using source = await openImage(imagePath, context);
    using copy = openDatabase(copyPath, { mustExist: true, unlocking });
    const plan = planIn(source, copy, order, context);
    const described = describe(request, identity, copy, plan, context);
    return { ...described, isSqlWhole: tellScript(plan, copy, tellSql) };
  } catch (error) {
    throw explainError(error, basename(targetPath));
  } finally {
    await rm(copyPath, { force: true });
  }
}

/** Opens an unpacked snapshot to read it. Temporary tables can be made in it. */
export async function openImage(path: string, context: TaskContext): Promise<OpenedDatabase> {
  const reading = await openForReading(path, context);
  reading.database.close();
  return openDatabase(path, { readonly: true, mustExist: true, unlocking: reading.unlocking });
}

/** Plans within a task that can be cancelled. */
export function planIn(source: Database, target: Database, order: PutBackOrder, context: TaskContext): PutBackPlan {
  context.progress('comparing', 0, null);
  return planPutBack(source, target, order, () => context.throwIfCancelled());
}

function describe(
  { targetPath }: PutBackRequest,
  identity: string,
  copy: Database,
  plan: PutBackPlan,
  context: TaskContext,
): Omit<CheckedPutBack, 'isSqlWhole'> {
  const confirmation = confirmationOfPlan(targetPath, identity, copy, plan);
  const triggers = firingTriggers(copy, plan);
  const nothing = { written: { changes: 0, growth: null }, effects: [], problems: [] };
  const tried =
    plan.problems.length > 0
      ? nothing
      : tryPlan(copy, plan, (done, total) => {
          context.throwIfCancelled();
          context.progress('comparing', done, total);
        });
  return {
    written: tried.written,
    preview: {
      target: { path: targetPath, name: basename(targetPath) },
      tables: tablesOf(plan),
      rows: rowsShown(plan),
      related: plan.related,
      triggers,
      effects: tried.effects,
      problems: [...plan.problems, ...tried.problems],
      changes: tried.written.changes,
      confirmation,
    },
  };
}

/** @returns whether all of it was told: more than a person reads is not kept */
function tellScript(plan: PutBackPlan, target: Database, tellSql: (piece: string) => void): boolean {
  let length = 0;
  for (const piece of sqlPieces(scriptOf(plan, encodingOf(target)))) {
    length += piece.length;
    if (length > MOST_SQL) return false;
    tellSql(piece);
  }
  return true;
}

/** Returns the value that confirms just this plan, for just this database as it is. */
export const confirmationOfPlan = (path: string, identity: string, target: Database, plan: PutBackPlan): string =>
  confirmationOf(path, identity, hashOfPlan(target, plan));
