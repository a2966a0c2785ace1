import { lstat, mkdir, realpath, rename, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { SnapkeepError } from '../../../../../src-shared/contract/errors.ts';
import { movesBack } from '../../../../../src-shared/rules/restore/interrupted-replacement.ts';
import { errorCode, explainError, explainedAs } from '../../engine-errors.ts';
import { onDisk } from '../../files/byte-names.ts';
import { isTaken, syncFolder } from '../../files/durable-files.ts';
import { removeTree } from '../../files/remove-tree.ts';
import { partialName } from './folder-snapshots.ts';

/** What puts a folder or file back as it was before a restore. */
export interface UndoRecord {
  targetPath: string;
  /** Where the previous content has been moved to; `null`: there was none. */
  keptPath: string | null;
}

const KEPT_SUFFIX = '.kept';

/** Where a restore keeps the previous content: beside the target, hidden, and known by its run. */
export function keptPathFor(targetPath: string, runId: string): string {
  const id = runId.replaceAll('-', '').slice(0, 8);
  return join(dirname(targetPath), `.${basename(targetPath)}.${id}${KEPT_SUFFIX}`);
}

/** Where a restore puts together what is to come. */
export function stagedPathFor(targetPath: string, runId: string): string {
  return join(dirname(targetPath), partialName(basename(targetPath), runId));
}

/** What a restore writes to. Disposing of it removes the folders that were made for it and that nothing came into. */
export interface OpenedTarget extends AsyncDisposable {
  /** Without any link in it. */
  readonly path: string;
  /** The folders that were made on the way to it, the outermost first, each with its path in the snapshot's folder. */
  readonly made: ReadonlyArray<{ path: string; part: string }>;
}

/**
 * The one path of what a restore writes to: links above the folder are followed, for they are how people name it; the
 * folder itself and what is in it must not be links. Folders between the two are made where they are missing, and only
 * their owner can enter them.
 * @param folder what stands for the snapshot's folder
 * @param part a path in it, parts joined by `/`; empty for the folder itself
 * @throws SnapkeepError `INVALID_PARAMS` where a link is in the way, `NOT_FOUND` where nothing is above the folder
 */
export async function openTarget(folder: string, part: string): Promise<OpenedTarget> {
  const made: Array<{ path: string; part: string }> = [];
  const path = await walk(folder, part, async (missing, itsPart) => {
    await mkdir(onDisk(missing), { mode: 0o700 });
    made.push({ path: missing, part: itsPart });
    await syncFolder(dirname(missing));
  });
  return { path, made, [Symbol.asyncDispose]: () => removeEmpty(made.map((each) => each.path)) };
}

/** Removes folders that lie in one another, from the innermost to the first that is not empty. */
async function removeEmpty(paths: readonly string[]): Promise<void> {
  for (const path of paths.toReversed()) {
    try {
      await rmdir(onDisk(path));
    } catch {
      // Something came into it: it stays.
      return;
    }
  }
}

/** Finds the path that {@link openTarget} would open, and makes nothing. @throws SnapkeepError the same */
export function findTarget(folder: string, part: string): Promise<string> {
  return walk(folder, part, async () => {});
}

async function walk(
  folder: string,
  part: string,
  onMissing: (path: string, part: string) => Promise<void>,
): Promise<string> {
  const names = part === '' ? [] : part.split('/');
  let path = join(await realpath(dirname(folder)).catch(explainedAs(dirname(folder))), basename(folder));
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
      if (!isLast) await onMissing(path, names.slice(0, depth).join('/'));
    }
  }
  return path;
}

function linkInTheWay(path: string): SnapkeepError {
  return new SnapkeepError('INVALID_PARAMS', `${path} is a link; files are not restored through links.`, {
    hint: 'Nothing was changed. Choose the folder that it points to.',
  });
}

/** An exchange of what is at a path for something else, by two renames. */
export interface Exchange extends UndoRecord {
  /** Where the new content comes from, and what tells it from anything else; `null`: nothing comes. */
  arriving: { path: string; identity: string } | null;
}

/** Is told of an exchange right before anything is moved, so that it can be taken back after a crash, too. */
export type NoteExchange = (exchange: Exchange) => Promise<void>;

/**
 * Replaces the target by what is staged and keeps the previous content.
 * @throws SnapkeepError; then everything is as it was
 */
export async function swapIn(
  stagedPath: string,
  targetPath: string,
  runId: string,
  note: NoteExchange,
): Promise<UndoRecord> {
  return exchange(targetPath, stagedPath, runId, note);
}

/**
 * Puts back what a restore has replaced, and answers what undoes that.
 * @param runId names what is moved aside
 * @throws SnapkeepError `NOT_FOUND` when what was kept is gone; then everything is as it was
 */
export async function putBackFolder(
  { targetPath, keptPath }: UndoRecord,
  runId: string,
  note: NoteExchange,
): Promise<UndoRecord> {
  return exchange(targetPath, keptPath, runId, note);
}

/** Between the two renames nothing is at the target; {@link takeBack} helps when the power went out there. */
async function exchange(
  targetPath: string,
  origin: string | null,
  runId: string,
  note: NoteExchange,
): Promise<UndoRecord> {
  const aside = keptPathFor(targetPath, runId);
  try {
    const arriving = origin === null ? null : { path: origin, identity: await identityOf(origin) };
    const keptPath = (await isTaken(targetPath)) ? aside : null;
    await note({ targetPath, keptPath, arriving });
    try {
      if (keptPath !== null) await moveTo(targetPath, keptPath);
      if (origin !== null) await moveTo(origin, targetPath);
      await syncFolder(dirname(targetPath));
    } catch (error) {
      await takeBack({ targetPath, keptPath, arriving });
      throw error;
    }
    return { targetPath, keptPath };
  } catch (error) {
    throw explainError(error, origin ?? targetPath);
  }
}

/**
 * Takes an exchange back, whichever of its renames were done. It may be repeated.
 * @param origin where the new content goes; by default where it came from
 * @returns `blocked`: something else has come in its way, and nothing was moved
 */
export async function takeBack(
  { targetPath, keptPath, arriving }: Exchange,
  origin = arriving?.path ?? null,
): Promise<'nothing' | 'taken back' | 'blocked'> {
  try {
    const target = !(await isTaken(targetPath))
      ? 'nothing'
      : arriving?.identity === (await identityOf(targetPath))
        ? 'arrived'
        : 'other';
    const hasPrevious = keptPath !== null && (await isTaken(keptPath));
    const moves = movesBack({ target, hasPrevious, originIsTaken: origin !== null && (await isTaken(origin)) });
    if (moves === null) return 'blocked';
    for (const move of moves) {
      if (move === 'previous content to its place') await moveTo(keptPath as string, targetPath);
      else await moveTo(targetPath, origin as string);
    }
    if (moves.length === 0) return 'nothing';
    await syncFolder(dirname(targetPath));
    return 'taken back';
  } catch (error) {
    throw explainError(error, targetPath);
  }
}

/** The number and birth of a file or folder. Not its device, whose number may be another one after a mount. */
export async function identityOf(path: string): Promise<string> {
  const { ino, birthtimeNs } = await lstat(onDisk(path), { bigint: true });
  return `${ino}:${birthtimeNs}`;
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
async function moveTo(from: string, to: string): Promise<void> {
  if (await isTaken(to)) throw Object.assign(new Error(`${to} exists`), { code: 'EEXIST' });
  await rename(onDisk(from), onDisk(to));
}
