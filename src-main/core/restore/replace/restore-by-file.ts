import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileSystem } from '../../../platform/file-system.ts';
import { errorCode, explainError } from '../../engine/engine-errors.ts';
import {
  copySynced,
  exists,
  linkOrCopySynced,
  linkOrMove,
  partialPath,
  publishFile,
  sidecarPaths,
  syncFolder,
} from '../../engine/files/durable-files.ts';
import { giveNewRights, type RemovedRights, takeOverRights } from '../../engine/files/file-rights.ts';
import { databaseState, filesState } from '../../engine/files/file-state.ts';
import type { Unlocking } from '../../engine/sqlite/database-key.ts';
import type { TaskContext } from '../../engine/task-context.ts';
import { lateFailureInWords } from '../../runs/interruption.ts';
import { busy, ExclusiveHold, type NoteLeftWal, requireUnused } from './exclusive-hold.ts';

const WHY = 'this restore must replace the file';

/** What is put in the place of a file. */
export interface NewFile {
  imagePath: string;
  targetPath: string;
  runId: string;
  /** The kept file whose log and journal go with it; `null`: it has none. */
  sidecarsOf: string | null;
  /** Of the file that was there and comes back where nothing is now; `null`: it is a new one. */
  rights: RemovedRights | null;
  /** That a new one had where it came from; `null`: not known. */
  mode: number | null;
}

/**
 * Puts an image where nothing is.
 * @param note called right before the image gets its name
 * @returns what went wrong once it was there; `null`: nothing
 * @throws with code `EEXIST` when something has come there meanwhile
 */
export async function createDatabaseFile(
  file: NewFile,
  note: () => Promise<void>,
  context: TaskContext,
): Promise<string | null> {
  const { targetPath } = file;
  const partial = partialPath(targetPath, file.runId);
  try {
    await linkOrCopySynced(file.imagePath, partial);
    await stageSidecars(file);
    await giveNewRights(partial, targetPath, file.rights, file.mode, context);
    await note();
    await publishFile(partial, targetPath);
  } catch (error) {
    await removeStaged(file);
    throw error;
  }
  return afterwards(targetPath, () => putSidecars(targetPath, file.runId), context);
}

interface ExchangeSteps {
  /** Keeps the present content, through the hold if the target has one. */
  keep: (hold: ExclusiveHold | null) => Promise<void>;
  noteLeftWal: NoteLeftWal;
}

/**
 * Exchanges a database file for an image. Nobody else may have it open: its lock is held from before it is kept until
 * the image has its name, so that no program commits what is then lost.
 * @param target what opens the database; `null`: SQLite cannot read it, and its files are watched instead
 * @param steps what is done before the file is exchanged
 * @returns what went wrong once it was exchanged; `null`: nothing
 * @throws SnapkeepError `BUSY` when another program has the database open; nothing has been replaced then
 */
export async function exchangeDatabaseFile(
  file: NewFile,
  target: { unlocking: Unlocking | null } | null,
  { keep, noteLeftWal }: ExchangeSteps,
  context: TaskContext,
): Promise<string | null> {
  const { targetPath } = file;
  const partial = partialPath(targetPath, file.runId);
  try {
    await linkOrCopySynced(file.imagePath, partial);
    await stageSidecars(file);
    await takeOverRights(targetPath, partial, context);
    if (target === null) await exchangeUnread(file, partial, keep, context);
    else {
      const hold = await ExclusiveHold.on(targetPath, target.unlocking, WHY, noteLeftWal);
      await exchangeHeld(file, partial, hold, keep, context);
    }
  } catch (error) {
    await removeStaged(file);
    throw error;
  }
  const finish = async (): Promise<void> => {
    await putSidecars(targetPath, file.runId);
    await syncFolder(dirname(targetPath));
  };
  return afterwards(targetPath, finish, context);
}

async function exchangeHeld(
  { targetPath }: NewFile,
  partial: string,
  hold: ExclusiveHold,
  keep: (hold: ExclusiveHold) => Promise<void>,
  context: TaskContext,
): Promise<void> {
  try {
    await keep(hold);
    context.throwIfCancelled();
    await moveOver(partial, targetPath, hold);
  } catch (error) {
    await abandon(hold, targetPath, context);
    throw error;
  }
  hold.close();
}

/** A mode that cannot be given back now, on a full disk, is given back later, and no reason to hide why the hold was abandoned. */
export async function abandon(hold: ExclusiveHold, path: string, context: TaskContext): Promise<void> {
  try {
    await hold.abandon();
  } catch (error) {
    hold.close();
    context.log('warning', `${explainError(error, path).message} It is set back to WAL mode later.`);
  }
}

/**
 * What SQLite cannot read cannot be locked either: whether its files stay as they were kept can only be looked at. What is
 * replaced stays under other names until that was done once more, and comes back where a program has written to it.
 */
async function exchangeUnread(
  { targetPath, runId }: NewFile,
  partial: string,
  keep: (hold: null) => Promise<void>,
  context: TaskContext,
): Promise<void> {
  await requireUnused(targetPath, WHY);
  const before = await databaseState(targetPath);
  await keep(null);
  context.throwIfCancelled();
  await requireUnused(targetPath, WHY);
  if ((await databaseState(targetPath)) !== before) throw busy('Another program', targetPath, WHY);
  const { database, wal, shm, journal } = previousFiles(targetPath, runId);
  try {
    // Its log would be played into the new file.
    for (const { path, aside } of [wal, shm, journal]) if (await exists(path)) await rename(path, aside);
    if (await exists(targetPath)) await linkOrMove(targetPath, database.aside);
    await rename(partial, targetPath);
    if ((await filesState([database.aside, wal.aside, journal.aside])) !== before)
      throw busy('Another program', targetPath, WHY);
  } catch (error) {
    if (await exists(database.aside)) await rename(database.aside, targetPath);
    await returnFiles(targetPath, runId);
    throw error;
  }
  for (const { aside } of [database, wal, shm, journal]) await rm(aside, { force: true });
}

/** The files of a database that is exchanged, and the names under which they wait until that was done. */
function previousFiles(targetPath: string, runId: string) {
  const { wal, shm, journal } = sidecarPaths(targetPath);
  const asideOf = (path: string) => ({ path, aside: partialPath(path, runId) });
  return {
    // The new file waits under the first name.
    database: { path: targetPath, aside: partialPath(`${targetPath}-old`, runId) },
    ...{ wal: asideOf(wal), shm: asideOf(shm), journal: asideOf(journal) },
  };
}

/** Where nothing moves over a file that is open, the hold ends just before, and programs that open the file then are reported. */
async function moveOver(partial: string, targetPath: string, hold: ExclusiveHold): Promise<void> {
  if (fileSystem.replacesOpenFiles) return rename(partial, targetPath);
  hold.close();
  try {
    await rename(partial, targetPath);
  } catch (error) {
    if (['EPERM', 'EBUSY', 'EACCES'].includes(errorCode(error) ?? '')) throw busy('Another program', targetPath, WHY);
    throw error;
  }
}

/** Where the log and the journal of a kept file are staged, and where they go. */
function sidecarMoves(targetPath: string, runId: string) {
  const to = sidecarPaths(targetPath);
  return (['wal', 'journal'] as const).map((name) => ({
    name,
    staged: partialPath(`${to[name]}-new`, runId),
    to: to[name],
  }));
}

/** Takes the room that the log and the journal need before anything is replaced. */
async function stageSidecars({ sidecarsOf, targetPath, runId }: NewFile): Promise<void> {
  if (sidecarsOf === null) return;
  const from = sidecarPaths(sidecarsOf);
  for (const { name, staged } of sidecarMoves(targetPath, runId))
    if (await exists(from[name])) await copySynced(from[name], staged);
}

/** Puts the log and the journal beside a file that was kept with them; also what a crash has left of that to do. */
export async function putSidecars(targetPath: string, runId: string): Promise<void> {
  for (const { staged, to } of sidecarMoves(targetPath, runId)) if (await exists(staged)) await rename(staged, to);
}

/** Puts the files back of a database that was to be exchanged and was not. */
export async function returnFiles(targetPath: string, runId: string): Promise<void> {
  for (const { path, aside } of Object.values(previousFiles(targetPath, runId)))
    if ((await exists(aside)) && !(await exists(path))) await rename(aside, path);
}

async function removeStaged(file: NewFile): Promise<void> {
  const staged = sidecarMoves(file.targetPath, file.runId).map((each) => each.staged);
  const { database } = previousFiles(file.targetPath, file.runId);
  for (const path of [partialPath(file.targetPath, file.runId), ...staged, database.aside])
    await rm(path, { force: true });
}

/** Does what comes after the content was replaced, which no failure undoes: a failure is logged as a warning. */
export async function afterwards(
  path: string,
  work: () => void | Promise<void>,
  context: TaskContext,
): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    const note = lateFailureInWords(explainError(error, path).message);
    context.log('warning', note);
    return note;
  }
}
