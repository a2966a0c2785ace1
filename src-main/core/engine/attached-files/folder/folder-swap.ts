import { lstat, mkdir, realpath, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SnapkeepError } from '../../../../../src-shared/contract/errors.ts';
import { errorCode, explainError, explainedAs } from '../../engine-errors.ts';
import { onDisk } from '../../files/byte-names.ts';
import { isTaken, syncFolder } from '../../files/durable-files.ts';
import { removeTree } from '../../files/remove-tree.ts';
import { partialName } from './folder-snapshots.ts';

/** What puts a folder or file back as it was before a restore. */
export interface UndoRecord {
  targetPath: string;
  /** Where what was there has been moved to; `null`: nothing was there. */
  keptPath: string | null;
}

const KEPT_SUFFIX = '.kept';

/** Where a restore keeps what was there: beside it, hidden, and known by its run. */
export function keptPathFor(targetPath: string, runId: string): string {
  const id = runId.replaceAll('-', '').slice(0, 8);
  return join(dirname(targetPath), `.${basename(targetPath)}.${id}${KEPT_SUFFIX}`);
}

/** Where a restore puts together what is to come. */
export function stagedPathFor(targetPath: string, runId: string): string {
  return join(dirname(targetPath), partialName(basename(targetPath), runId));
}

/**
 * The one path of what a restore writes to: links above the folder are followed, for they are how people name it; the
 * folder itself and what is in it must not be links. Folders between the two are made where they are missing.
 * @param folder what stands for the snapshot's folder
 * @param part a path in it, parts joined by `/`; empty for the folder itself
 * @throws SnapkeepError `INVALID_PARAMS` where a link is in the way, `NOT_FOUND` where nothing is above the folder
 */
export function openTarget(folder: string, part: string): Promise<string> {
  return walk(folder, part, (path) => mkdir(onDisk(path)));
}

/** Finds the path that {@link openTarget} would open, and makes nothing. @throws SnapkeepError the same */
export function findTarget(folder: string, part: string): Promise<string> {
  return walk(folder, part, async () => {});
}

async function walk(folder: string, part: string, onMissing: (path: string) => Promise<void>): Promise<string> {
  let root: string;
  try {
    root = join(await realpath(dirname(folder)), basename(folder));
  } catch (error) {
    throw explainError(error, dirname(folder));
  }
  const names = part === '' ? [] : part.split('/');
  let path = root;
  for (const [depth, name] of ['', ...names].entries()) {
    path = join(path, name);
    const isLast = depth === names.length;
    try {
      const stats = await lstat(onDisk(path));
      if (stats.isSymbolicLink()) throw linkInTheWay(path);
      if (!isLast && !stats.isDirectory()) {
        throw new SnapkeepError('CONFLICT', `${path} is a file, but a folder is expected.`, {
          hint: 'Nothing was changed. Move it away, or restore to another folder.',
        });
      }
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw explainError(error, path);
      if (!isLast) await onMissing(path);
    }
  }
  return path;
}

function linkInTheWay(path: string): SnapkeepError {
  return new SnapkeepError('INVALID_PARAMS', `${path} is a link; files are not restored through links.`, {
    hint: 'Nothing was changed. Choose the folder that it points to.',
  });
}

/** Is told of what Undo puts back right before anything is moved, so that it is known after a crash, too. */
export type NoteUndoRecord = (undoRecord: UndoRecord) => Promise<void>;

/** What Undo puts back that an exchange of the target will have. */
async function plannedUndoRecord(targetPath: string, keptPath: string): Promise<UndoRecord> {
  return { targetPath, keptPath: (await isTaken(targetPath)) || (await isTaken(keptPath)) ? keptPath : null };
}

/**
 * Puts what is staged in the place of the target and keeps what was there. Between the two renames nothing is there;
 * {@link recoverSwap} helps when that is where the power went out.
 * @throws SnapkeepError; then everything is as it was
 */
export async function swapIn(
  stagedPath: string,
  targetPath: string,
  runId: string,
  note: NoteUndoRecord,
): Promise<UndoRecord> {
  const keptPath = keptPathFor(targetPath, runId);
  try {
    await note(await plannedUndoRecord(targetPath, keptPath));
    const kept = await moveAway(targetPath, keptPath);
    try {
      await rename(onDisk(stagedPath), onDisk(targetPath));
    } catch (error) {
      if (kept) await rename(onDisk(keptPath), onDisk(targetPath));
      throw error;
    }
    await syncFolder(dirname(targetPath));
    return { targetPath, keptPath: kept ? keptPath : null };
  } catch (error) {
    throw explainError(error, targetPath);
  }
}

/**
 * Puts back what a restore has replaced, and answers what undoes that. One that was broken off is finished when
 * it is repeated with the same id.
 * @param id names what is moved aside
 * @throws SnapkeepError `NOT_FOUND` when what was kept is gone; nothing is changed then
 */
export async function putBackFolder(undoRecord: UndoRecord, id: string, note: NoteUndoRecord): Promise<UndoRecord> {
  const { targetPath, keptPath } = undoRecord;
  const aside = keptPathFor(targetPath, id);
  try {
    const begun = await isTaken(aside);
    if (!begun && keptPath !== null) await lstat(onDisk(keptPath));
    await note(await plannedUndoRecord(targetPath, aside));
    if (!begun) await moveAway(targetPath, aside);
    if (keptPath !== null && (await isTaken(keptPath))) await moveIn(keptPath, targetPath, aside);
    await syncFolder(dirname(targetPath));
    return { targetPath, keptPath: (await isTaken(aside)) ? aside : null };
  } catch (error) {
    throw explainError(error, keptPath ?? targetPath);
  }
}

async function moveIn(keptPath: string, targetPath: string, aside: string): Promise<void> {
  try {
    if (await isTaken(targetPath)) throw Object.assign(new Error(`${targetPath} exists`), { code: 'EEXIST' });
    await rename(onDisk(keptPath), onDisk(targetPath));
  } catch (error) {
    if (!(await isTaken(targetPath)) && (await isTaken(aside))) await rename(onDisk(aside), onDisk(targetPath));
    throw error;
  }
}

/**
 * Takes back {@link putBackFolder}.
 * @param aside where it moved what was there; `null`: nothing was
 */
export async function takeBackPutBack({ targetPath, keptPath }: UndoRecord, aside: string | null): Promise<void> {
  try {
    if (keptPath !== null) await rename(onDisk(targetPath), onDisk(keptPath));
    if (aside !== null) await rename(onDisk(aside), onDisk(targetPath));
    await syncFolder(dirname(targetPath));
  } catch (error) {
    throw explainError(error, targetPath);
  }
}

/**
 * Puts back what a crash has left moved away.
 * @returns `nothing`: it was not moved away, or is gone
 */
export async function recoverSwap({ targetPath, keptPath }: UndoRecord): Promise<'put back' | 'kept' | 'nothing'> {
  if (keptPath === null) return 'nothing';
  try {
    if (!(await isTaken(keptPath))) return 'nothing';
    if (await isTaken(targetPath)) return 'kept';
    await rename(onDisk(keptPath), onDisk(targetPath));
    await syncFolder(dirname(targetPath));
    return 'put back';
  } catch (error) {
    throw explainError(error, targetPath);
  }
}

/** Whether a restore that did not end has exchanged something: what it would have kept is there, or nothing was. */
export async function wasSwapped({ targetPath, keptPath }: UndoRecord, id: string): Promise<boolean> {
  return keptPath === null || (await isTaken(keptPath)) || (await isTaken(keptPathFor(targetPath, id)));
}

/**
 * Gives up what Undo puts back: removes what was kept.
 * @throws SnapkeepError `INVALID_PARAMS` for what no restore has kept
 */
export async function discardUndoRecord({ targetPath, keptPath }: UndoRecord): Promise<void> {
  if (keptPath === null) return;
  const own = /^\.(.+)\.[0-9a-f]{8}\.kept$/.exec(basename(keptPath))?.[1] === basename(targetPath);
  if (!own || dirname(keptPath) !== dirname(targetPath)) {
    throw new SnapkeepError('INVALID_PARAMS', `${keptPath} was not kept by a restore of ${targetPath}.`, {
      hint: 'Nothing was removed.',
    });
  }
  await removeTree(keptPath).catch(explainedAs(keptPath));
}

/** A rename would replace a file or an empty folder without a word. */
async function moveAway(path: string, aside: string): Promise<boolean> {
  if (!(await isTaken(path))) return false;
  if (await isTaken(aside)) throw Object.assign(new Error(`${aside} exists`), { code: 'EEXIST' });
  await rename(onDisk(path), onDisk(aside));
  return true;
}
