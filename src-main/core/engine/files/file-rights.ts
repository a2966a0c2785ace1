import { chmod, chown, lstat, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { FileRights } from '../../../../src-shared/model/run.ts';
import { countInWords } from '../../../../src-shared/words/wording.ts';
import { whyNoAttributes } from '../../../platform/file-attributes.ts';
import { fileSystem } from '../../../platform/file-system.ts';
import { errorCode, explainError } from '../engine-errors.ts';
import type { TaskContext } from '../task-context.ts';
import { exists } from './durable-files.ts';
import { takeOverAttributes } from './file-attributes.ts';

/*
 * Whom a restored file belongs to, and what it may be used for. What comes from a snapshot never gets a bit that lends
 * a program another user's rights, whatever file it replaces and whatever mode was stored.
 */

/** The rights of a removed file, for the one that replaces it. */
export interface RemovedRights extends FileRights {
  /** The kept file that carries its access control list and its extended attributes. */
  attributesOf: string;
}

/** The bits that only mean something to programs: set-user-ID, set-group-ID and sticky. */
const SPECIAL_BITS = 0o7000;

const DROPPED = 'The set-user-ID, set-group-ID and sticky bits are dropped.';

/** The mode that a restored file gets for one that was stored, or that another file has. */
export const restoredMode = (mode: number): number => mode & ~SPECIAL_BITS;

/** The owner, group and mode of a file; `null`: it does not exist. */
export async function rightsOfFile(path: string): Promise<FileRights | null> {
  try {
    const { uid, gid, mode } = await stat(path);
    return { uid, gid, mode: mode & 0o7777 };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw explainError(error, path);
  }
}

/** What a new file is only for its owner with. */
const OWN_MODE = 0o600;

/**
 * The rights of a file that is created in a folder: root gives it to the owner and the group of the folder, and nobody
 * may do more with it than in the folder.
 * @param mode that the file had; `null`: not known
 */
async function rightsInFolder(folder: string, mode: number | null): Promise<FileRights> {
  const { uid, gid, mode: widest } = await stat(folder);
  return { uid, gid, mode: restoredMode(mode ?? OWN_MODE) & widest };
}

/** Says whom a new file in the folder will belong to, and who may use it; `null`: its owner alone, who is whoever restores it. */
async function newFileNote(path: string, known: number | null): Promise<string | null> {
  const { uid, gid, mode } = await rightsInFolder(dirname(path), known);
  const given = process.getuid?.() === 0 && (uid !== 0 || gid !== 0);
  if (!given && (mode === OWN_MODE || !fileSystem.hasModes)) return null;
  const owner = given ? `will belong to user ${uid} and group ${gid}, as its folder does, with` : 'will have';
  return `${basename(path)} ${owner} the permissions ${modeInWords(mode)}.`;
}

const modeInWords = (mode: number): string => mode.toString(8).padStart(4, '0');

/**
 * Gives a staged file the rights that one has where nothing is yet.
 * @param targetPath where it will be
 * @param known of the file that was there and comes back, without its special bits; `null`: it is a new one
 * @param mode that a new one had where it came from; `null`: not known
 */
export async function giveNewRights(
  staged: string,
  targetPath: string,
  known: RemovedRights | null,
  mode: number | null,
  context: TaskContext,
): Promise<void> {
  if (known !== null) {
    await giveAttributes(known.attributesOf, staged, context);
    return giveRights(staged, targetPath, known, context);
  }
  const rights = await rightsInFolder(dirname(targetPath), mode);
  const { uid, gid } = rights;
  if (process.getuid?.() === 0 && (uid !== 0 || gid !== 0)) {
    await chown(staged, uid, gid);
    context.log('info', `${targetPath} belongs to user ${uid} and group ${gid}, as its folder does.`);
  }
  await chmod(staged, rights.mode);
}

/**
 * Gives a staged file the owner, mode and attributes of the file that it will replace, without its special bits. What is
 * lost on the way is said in the log. Where there is no such file, it gets those of a new one.
 */
export async function takeOverRights(targetPath: string, staged: string, context: TaskContext): Promise<void> {
  if (!(await exists(targetPath))) return giveNewRights(staged, targetPath, null, null, context);
  const rights = await stat(targetPath);
  await giveAttributes(targetPath, staged, context);
  await giveRights(staged, targetPath, rights, context);
}

async function giveAttributes(from: string, staged: string, context: TaskContext): Promise<void> {
  const lost = await takeOverAttributes(from, staged);
  if (lost !== null) context.log('warning', lost);
}

async function giveRights(
  staged: string,
  targetPath: string,
  { uid, gid, mode }: FileRights,
  context: TaskContext,
): Promise<void> {
  try {
    await chown(staged, uid, gid);
  } catch (error) {
    if (errorCode(error) !== 'EPERM') throw error;
    context.log('warning', `${targetPath}: ${notOwner(uid, gid)}`);
  }
  await chmod(staged, restoredMode(mode));
  if (restoredMode(mode) !== (mode & 0o7777)) context.log('warning', `${targetPath}: ${DROPPED}`);
}

/**
 * What of a file will not be as it was once it has been exchanged or made anew, as sentences.
 * @param mode that a new one had where it came from; `null`: not known
 */
export async function exchangeNotes(path: string, mode: number | null): Promise<string[]> {
  if (!(await exists(path))) {
    const note = await newFileNote(path, mode);
    return note === null ? [] : [note];
  }
  return removalNotes(path);
}

/** What a person should know of a file whose content is replaced in place, as sentences. */
export async function inPlaceNotes(path: string): Promise<string[]> {
  const { nlink } = await lstat(path);
  return nlink > 1 ? [`${otherLinks(nlink)}, which will also have the restored content.`] : [];
}

const otherLinks = (nlink: number): string => `The file has ${countInWords(nlink - 1, 'other hard link')}`;

/** What of a file will not be as it was once it has been removed and an undo has made it anew, as sentences. */
export async function removalNotes(path: string): Promise<string[]> {
  if (!(await exists(path))) return [];
  const lost = await whyNoAttributes();
  return [...changedRights(await lstat(path)), ...(lost === null ? [] : [lost])];
}

function changedRights({ nlink, mode, uid, gid }: FileRights & { nlink: number }): string[] {
  const notes = [
    nlink > 1 && `${otherLinks(nlink)}, which will keep the current content.`,
    (mode & SPECIAL_BITS) !== 0 && DROPPED,
    !mayGiveTo(uid, gid) && notOwner(uid, gid),
  ];
  return notes.filter((note) => typeof note === 'string');
}

/** Only root may give files to others; whoever is in a group may give theirs to it. */
export function mayGiveTo(uid: number, gid: number): boolean {
  const own = process.getuid?.();
  if (own === undefined || own === 0) return true;
  return uid === own && (gid === process.getgid?.() || (process.getgroups?.() ?? []).includes(gid));
}

function notOwner(uid: number, gid: number): string {
  return `The file belongs to user ${uid} and group ${gid}, and will belong to user ${process.getuid?.()}: only root can assign files to other users.`;
}
