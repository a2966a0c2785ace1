import { chmod, chown, lstat, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { countInWords } from '../../../src-shared/rules/wording.ts';
import type { Unlocking } from './database-key.ts';
import { copySynced, exists, partialPath, publishFile, sidecarPaths, syncFolder } from './durable-files.ts';
import { errorCode, explainError } from './engine-errors.ts';
import { busy, ExclusiveHold, requireUnused } from './exclusive-hold.ts';
import { takeOverAttributes, whyAttributesAreLost } from './file-attributes.ts';
import type { TaskContext } from './task-context.ts';

const WHY = 'this restore has to exchange the file';
/** The bits that only mean something to programs: set-user-ID, set-group-ID and sticky. */
const SPECIAL_BITS = 0o7000;

/** What is put in the place of a file. */
export interface NewFile {
  imagePath: string;
  targetPath: string;
  runId: string;
  /** The kept file whose log and journal go with it; `null`: it has none. */
  sidecarsOf: string | null;
}

/** Whom a new file belongs to, and what it may be used for. */
export interface NewFileRights {
  uid: number;
  gid: number;
  mode: number;
}

/** The rights of a database that is created in a folder: root gives it to the owner of the folder. */
export async function rightsInFolder(folder: string): Promise<NewFileRights> {
  const { uid, gid, mode } = await stat(folder);
  return { uid, gid, mode: 0o600 & mode };
}

/** Says whom a new file in the folder will belong to; `null`: whoever restores it owns it, as is usual. */
export async function ownerNote(path: string): Promise<string | null> {
  if (process.getuid?.() !== 0) return null;
  const { uid, gid } = await rightsInFolder(dirname(path));
  if (uid === 0) return null;
  return `${basename(path)} will belong to user ${uid} and group ${gid}, as its folder does, and only that user may use it.`;
}

/**
 * Puts an image where nothing is.
 * @returns what went wrong once it was there; `null`: nothing
 * @throws with code `EEXIST` when something has come there meanwhile
 */
export async function createDatabaseFile(file: NewFile, context: TaskContext): Promise<string | null> {
  const { targetPath } = file;
  const partial = partialPath(targetPath, file.runId);
  const rights = await rightsInFolder(dirname(targetPath));
  try {
    await copySynced(file.imagePath, partial);
    await stageSidecars(file);
    await chmod(partial, rights.mode);
    if (process.getuid?.() === 0 && rights.uid !== 0) {
      await chown(partial, rights.uid, rights.gid);
      context.log('info', `${targetPath} belongs to user ${rights.uid} and group ${rights.gid}, as its folder does.`);
    }
    await publishFile(partial, targetPath);
  } catch (error) {
    await removeStaged(file);
    throw error;
  }
  return afterwards(targetPath, () => putSidecars(file), context);
}

/**
 * Exchanges a database file for an image. Nobody else may have it open: its lock is held from before it is kept until
 * the image has its name, so that no program commits what is then lost.
 * @param target what opens the database; `null`: SQLite cannot read it, and its files are watched instead
 * @param keep keeps what is there, through the hold where there is one
 * @returns what went wrong once it was exchanged; `null`: nothing
 * @throws SnapkeepError `BUSY` when another program has the database open; nothing has been replaced then
 */
export async function exchangeDatabaseFile(
  file: NewFile,
  target: { unlocking: Unlocking | null } | null,
  keep: (hold: ExclusiveHold | null) => Promise<void>,
  context: TaskContext,
): Promise<string | null> {
  const { targetPath } = file;
  const partial = partialPath(targetPath, file.runId);
  try {
    await copySynced(file.imagePath, partial);
    await stageSidecars(file);
    await takeOverRights(targetPath, partial, context);
    if (target === null) await exchangeUnread(file, partial, keep, context);
    else await exchangeHeld(file, partial, await ExclusiveHold.on(targetPath, target.unlocking, WHY), keep, context);
  } catch (error) {
    await removeStaged(file);
    throw error;
  }
  const finish = async (): Promise<void> => {
    await putSidecars(file);
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

/** A mode that cannot be given back, on a full disk, is no reason to hide why the hold was abandoned. */
export async function abandon(hold: ExclusiveHold, path: string, context: TaskContext): Promise<void> {
  try {
    hold.abandon();
  } catch (error) {
    hold.close();
    context.log('warning', `${explainError(error, path).message} Its journal mode could not be set back to WAL.`);
  }
}

/** What SQLite cannot read cannot be locked either: whether its files stay as they were kept can only be looked at. */
async function exchangeUnread(
  { targetPath, runId }: NewFile,
  partial: string,
  keep: (hold: null) => Promise<void>,
  context: TaskContext,
): Promise<void> {
  await requireUnused(targetPath, WHY);
  const before = await filesState(targetPath);
  await keep(null);
  context.throwIfCancelled();
  await requireUnused(targetPath, WHY);
  if ((await filesState(targetPath)) !== before) throw busy('Another program', targetPath, WHY);
  // Its log would be played into the new file, and it is wanted again where that does not get its name.
  const aside: Array<[from: string, to: string]> = [];
  try {
    for (const path of Object.values(sidecarPaths(targetPath))) {
      if (!(await exists(path))) continue;
      await rename(path, partialPath(path, runId));
      aside.push([path, partialPath(path, runId)]);
    }
    await rename(partial, targetPath);
  } catch (error) {
    for (const [path, moved] of aside) await rename(moved, path);
    throw error;
  }
  for (const [, moved] of aside) await rm(moved, { force: true });
}

/** Windows moves nothing over a file that is open: there the hold ends just before, and what opens the file then is told. */
async function moveOver(partial: string, targetPath: string, hold: ExclusiveHold): Promise<void> {
  if (process.platform !== 'win32') return rename(partial, targetPath);
  hold.close();
  try {
    await rename(partial, targetPath);
  } catch (error) {
    if (['EPERM', 'EBUSY', 'EACCES'].includes(errorCode(error) ?? '')) throw busy('Another program', targetPath, WHY);
    throw error;
  }
}

async function filesState(targetPath: string): Promise<string> {
  const { wal, journal } = sidecarPaths(targetPath);
  const states: string[] = [];
  for (const path of [targetPath, wal, journal]) {
    if (!(await exists(path))) continue;
    const { ino, size, mtimeNs } = await stat(path, { bigint: true });
    states.push(`${path}:${ino}:${size}:${mtimeNs}`);
  }
  return states.join('\n');
}

async function takeOverRights(from: string, to: string, context: TaskContext): Promise<void> {
  if (!(await exists(from))) return chmod(to, (await rightsInFolder(dirname(from))).mode);
  const { mode, uid, gid } = await stat(from);
  const lost = await takeOverAttributes(from, to);
  if (lost !== null) context.log('warning', lost);
  try {
    await chown(to, uid, gid);
  } catch (error) {
    // Only root may give files away; whoever replaces a file of his own changes no owner.
    if (errorCode(error) !== 'EPERM') throw error;
  }
  await chmod(to, mode & 0o777);
  if ((mode & SPECIAL_BITS) !== 0) context.log('warning', `${from}: ${DROPPED}`);
}

const DROPPED = 'The set-user-ID, set-group-ID and sticky bits are dropped.';

/** What of a file will not be as it was once it has been exchanged, as sentences. */
export async function exchangeNotes(path: string): Promise<string[]> {
  if (!(await exists(path))) return [];
  const { nlink, mode } = await lstat(path);
  const lost = await whyAttributesAreLost();
  return [
    ...(nlink > 1
      ? [`The file has ${countInWords(nlink - 1, 'other hard link')}, which will keep the content of now.`]
      : []),
    ...((mode & SPECIAL_BITS) !== 0 ? [DROPPED] : []),
    ...(lost === null ? [] : [lost]),
  ];
}

/** Where the log and the journal of a kept file are copied to, in the making and finished. */
function sidecarMoves({ sidecarsOf, targetPath, runId }: NewFile): Array<{ from: string; staged: string; to: string }> {
  if (sidecarsOf === null) return [];
  const from = sidecarPaths(sidecarsOf);
  const to = sidecarPaths(targetPath);
  return (['wal', 'journal'] as const).map((name) => ({
    from: from[name],
    staged: partialPath(`${to[name]}-new`, runId),
    to: to[name],
  }));
}

/** Takes the room that the log and the journal need before anything is replaced. */
async function stageSidecars(file: NewFile): Promise<void> {
  for (const { from, staged } of sidecarMoves(file)) if (await exists(from)) await copySynced(from, staged);
}

/** Puts the log and the journal beside a file that was kept with them. */
async function putSidecars(file: NewFile): Promise<void> {
  for (const { staged, to } of sidecarMoves(file)) if (await exists(staged)) await rename(staged, to);
}

async function removeStaged(file: NewFile): Promise<void> {
  const staged = sidecarMoves(file).map((each) => each.staged);
  for (const path of [partialPath(file.targetPath, file.runId), ...staged]) await rm(path, { force: true });
}

/** Does what comes after the content was replaced, which no failure undoes: it is told as a warning. */
export async function afterwards(
  path: string,
  work: () => void | Promise<void>,
  context: TaskContext,
): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    const note = `The content was replaced, and then this failed: ${explainError(error, path).message}`;
    context.log('warning', note);
    return note;
  }
}
