import { rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { Manifest } from '../../../src-shared/model/manifest.ts';
import type { DatabaseDeletionPreview } from '../../../src-shared/model/restore/database-deletion.ts';
import { totalRows } from '../../../src-shared/words/table-rows.ts';
import { fileSystem } from '../../platform/file-system.ts';
import { identityOf } from '../engine/attached-files/folder/folder-swap.ts';
import { confirmationOf } from '../engine/confirmation.ts';
import { errorCode, explainError } from '../engine/engine-errors.ts';
import { exists, sidecarPaths, syncFolder } from '../engine/files/durable-files.ts';
import { keepAttributes } from '../engine/files/file-attributes.ts';
import { findFileHolders } from '../engine/files/file-holders.ts';
import { removalNotes } from '../engine/files/file-rights.ts';
import { databaseState, stateAfterChange } from '../engine/files/file-state.ts';
import { requireExchangeable } from '../engine/files/mount-point.ts';
import { contentInWords } from '../engine/identify/content-words.ts';
import { identifyContent } from '../engine/identify/identify-file.ts';
import type { TaskContext } from '../engine/task-context.ts';
import { inspectTarget, type Target } from '../restore/check/inspect-target.ts';
import { busy, ExclusiveHold, type NoteLeftWal, requireUnused } from '../restore/replace/exclusive-hold.ts';
import { Keeper, type NoteDatabase } from '../restore/replace/keeper.ts';
import { abandon, afterwards } from '../restore/replace/restore-by-file.ts';
import { keepFiles, keepHeld, type SafetyRequest } from '../restore/undo/safety-snapshot.ts';
import { WriteHold } from './write-hold.ts';

/** Which database is to be removed, and the names of the lock files beside it that go with it. */
export interface DatabaseDeletionCheckRequest {
  targetPath: string;
  lockFiles: readonly string[];
  safetyFolder: string;
}

/** The deletion of a database that a person has confirmed. */
export interface DatabaseDeletionRequest extends SafetyRequest, DatabaseDeletionCheckRequest {
  confirmation: string;
  /** Also when another program has it open. */
  evenIfOpen: boolean;
  /** How long another program's write lock is waited for, in milliseconds. */
  lockWaitMs: number;
}

/** What the deletion of a database has done. */
export interface AppliedDatabaseDeletion {
  removed: string[];
  tables: number;
  rows: number;
  /** `null`: there was no database. */
  safety: Manifest | null;
  /** See `databaseState`; `null`: unknown. */
  stateAfter: string | null;
}

/**
 * Says what the deletion of a database would remove, without changing anything.
 * @throws SnapkeepError `UNSUPPORTED` for what is no SQLite database by its first bytes, `BAD_KEY` for what is encrypted
 * and opens with no known key
 */
export async function checkDatabaseDeletion(
  request: DatabaseDeletionCheckRequest,
  context: TaskContext,
): Promise<DatabaseDeletionPreview> {
  const { target, files } = await inspect(request, context);
  const openBy = target.exists ? await findFileHolders(request.targetPath) : [];
  return {
    path: request.targetPath,
    files,
    tables: target.facts?.tables ?? [],
    damage: target.damage,
    openBy,
    safetyFolder: target.exists ? request.safetyFolder : null,
    notes: [
      ...(await removalNotes(request.targetPath)),
      ...lockFilesNote(request, files),
      ...(openBy.length > 0 ? [`${OPEN_ELSEWHERE} ${LOST_THEN}`] : []),
    ],
    confirmation: deletionConfirmation(request, target, files),
  };
}

function lockFilesNote(
  { targetPath }: DatabaseDeletionCheckRequest,
  files: DatabaseDeletionPreview['files'],
): string[] {
  const own = [targetPath, ...Object.values(sidecarPaths(targetPath))];
  const locks = files.filter(({ path }) => !own.includes(path)).map(({ path }) => basename(path));
  return locks.length === 0 ? [] : [`Undo does not restore lock files: ${locks.join(', ')}.`];
}

/**
 * Removes a database with its log, its journal and its lock files, and nothing else: the current content is kept first, so
 * that it can be put back.
 * @throws SnapkeepError `CONFLICT` when it is no longer what was confirmed, `BUSY` or `LOCKED` when another program has
 * it open; nothing has been removed then
 */
export async function deleteDatabase(
  request: DatabaseDeletionRequest,
  context: TaskContext,
  note: NoteDatabase,
): Promise<AppliedDatabaseDeletion> {
  const { target, files } = await inspect(request, context);
  if (deletionConfirmation(request, target, files) !== request.confirmation) {
    throw new SnapkeepError('CONFLICT', `${request.targetPath} has changed since the preview.`, {
      hint: 'Nothing was deleted. Preview the deletion again.',
    });
  }
  const keeper = new Keeper(request, note);
  const removed = target.exists
    ? await removeKept(request, target, keeper, context)
    : await remove(await presentFiles(request));
  const stateAfter = await stateAfterChange(request.targetPath);
  if (removed.length > 0) await afterwards(request.targetPath, () => syncFolder(dirname(request.targetPath)), context);
  for (const path of removed) context.log('info', `Removed ${path}.`);
  const tables = target.facts?.tables ?? [];
  return { removed, safety: keeper.safety, tables: tables.length, rows: totalRows(tables), stateAfter };
}

const WHY = 'it would be deleted';

/** Keeps what is removed; with its lock held where that can be, so that no program commits anything that is not kept. */
async function removeKept(
  request: DatabaseDeletionRequest,
  target: Target,
  keeper: Keeper,
  context: TaskContext,
): Promise<string[]> {
  const { targetPath } = request;
  const hold = await holdOf(request, target, keeper.noteLeftWal, context);
  try {
    const before = hold === null ? await databaseState(targetPath) : null;
    const { name } = await keeper.keep(() => {
      if (hold === null) return keepFiles(request, context);
      return hold instanceof WriteHold
        ? hold.keep(request, context)
        : keepHeld(request, hold, target.unlocking, context);
    });
    context.throwIfCancelled();
    const lost = await keepAttributes(targetPath, join(request.safetyFolder, name));
    if (lost !== null) context.log('warning', lost);
    context.progress('removing', 0, null);
    // What SQLite cannot read cannot be locked either.
    if (hold === null && (await databaseState(targetPath)) !== before) throw busy('Another program', targetPath, WHY);
    // Under the exclusive hold the file is all of the database: as long as it exists, nothing is lost.
    const mark = { method: 'remove', targetPath, previous: await identityOf(targetPath) } as const;
    await keeper.note(hold instanceof ExclusiveHold ? mark : null);
    // Where nothing that is open can be removed, the hold ends just before.
    if (!fileSystem.replacesOpenFiles) hold?.close();
    return await remove(await presentFiles(request));
  } catch (error) {
    // Without the exclusive hold, some of what Undo puts back may have been removed.
    const isExclusive = hold instanceof ExclusiveHold;
    const isWhole = isExclusive ? await exists(targetPath) : !keeper.isNoted;
    if (isWhole && isExclusive) await abandon(hold, targetPath, context);
    if (isWhole) await keeper.giveUp();
    throw explainError(error, targetPath);
  } finally {
    hold?.close();
  }
}

/** What no program commits past; `null`: SQLite cannot read the database, and its files are watched instead. */
async function holdOf(
  { targetPath, evenIfOpen, lockWaitMs }: DatabaseDeletionRequest,
  { facts, unlocking }: Target,
  note: NoteLeftWal,
  context: TaskContext,
): Promise<ExclusiveHold | WriteHold | null> {
  if (facts === undefined) {
    if (!evenIfOpen) await requireUnused(targetPath, WHY);
    return null;
  }
  if (!evenIfOpen || (await findFileHolders(targetPath)).length === 0)
    return ExclusiveHold.on(targetPath, unlocking, WHY, note);
  context.log('warning', `${OPEN_ELSEWHERE} It waits until the database is deleted. ${LOST_THEN}`);
  return WriteHold.on({ path: targetPath, lockWaitMs }, unlocking, context);
}

const OPEN_ELSEWHERE = 'Another program has the database open.';
const LOST_THEN = 'Changes that it makes after the deletion are lost.';

async function inspect(request: DatabaseDeletionCheckRequest, context: TaskContext) {
  await requireDatabase(request.targetPath);
  await requireExchangeable(request.targetPath);
  const target = await inspectTarget(request.targetPath, context);
  if (target.damage !== null && (await exists(request.targetPath)))
    await requireKnown(request.targetPath, target.damage);
  return { target, files: await presentFiles(request) };
}

async function requireDatabase(path: string): Promise<void> {
  if (!(await exists(path))) return;
  const content = await identifyContent(path);
  if (content === 'sqlite' || content === 'encrypted') return;
  throw new SnapkeepError(
    'UNSUPPORTED',
    `${basename(path)} is ${contentInWords(content)}; only SQLite databases can be deleted.`,
    {
      hint: 'Nothing was deleted. Choose a SQLite database.',
    },
  );
}

/** A damaged database is one by its first bytes; of what only looks encrypted, nobody knows. */
async function requireKnown(path: string, damage: string): Promise<void> {
  if ((await identifyContent(path)) !== 'encrypted') return;
  throw new SnapkeepError('BAD_KEY', `${basename(path)} was not deleted: no known key opens it. ${damage}`, {
    hint: 'Nothing was deleted. Enter its key, or add a plan for it with the key.',
  });
}

/** The existing files among those to delete; the database last of its own files, the lock files after it. */
async function presentFiles({
  targetPath,
  lockFiles,
}: DatabaseDeletionCheckRequest): Promise<DatabaseDeletionPreview['files']> {
  const own = Object.values(sidecarPaths(targetPath));
  const locks = lockFiles.map((name) => join(dirname(targetPath), name)).filter((path) => path !== targetPath);
  const files: DatabaseDeletionPreview['files'] = [];
  for (const path of new Set([...own, targetPath, ...locks])) {
    try {
      const info = await stat(path);
      if (!info.isFile())
        throw new SnapkeepError('INVALID_PARAMS', `${path} is not a file.`, { hint: 'Remove it from the lock files.' });
      files.push({ path, sizeBytes: info.size });
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw explainError(error, path);
    }
  }
  return files;
}

async function remove(files: DatabaseDeletionPreview['files']): Promise<string[]> {
  for (const { path } of files) await rm(path, { force: true });
  return files.map(({ path }) => path);
}

/** Another database, other files or other rows give another one. The log and its like come and go with their reader. */
function deletionConfirmation(
  { targetPath }: DatabaseDeletionCheckRequest,
  target: Target,
  files: DatabaseDeletionPreview['files'],
): string {
  const { identity, facts, damage } = target;
  const own = new Set(Object.values(sidecarPaths(targetPath)));
  const paths = files.map(({ path }) => path).filter((path) => !own.has(path));
  return confirmationOf(targetPath, identity, facts?.schemaHash ?? null, facts?.tables ?? null, damage, paths);
}
