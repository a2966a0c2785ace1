import { dirname } from 'node:path';
import { SnapkeepError } from '../../../../../src-shared/contract/errors.ts';
import { countInWords } from '../../../../../src-shared/words/wording.ts';
import { explainError } from '../../engine-errors.ts';
import { requireRoom } from '../../files/disk-full.ts';
import { removedAtEnd, removeTree } from '../../files/remove-tree.ts';
import type { TaskContext } from '../../task-context.ts';
import { type StoredFolder, stagePart } from '../stage-snapshot.ts';
import { giveFolderRights } from '../tree-writer.ts';
import { compareFolder, type FolderComparison } from './compare-folder.ts';
import { type Entry, isInPart, restoredEntry } from './folder-entry.ts';
import { isSafePath, readIndex } from './folder-index.ts';
import {
  type NoteExchange,
  type OpenedTarget,
  openTarget,
  stagedPathFor,
  swapIn,
  type UndoRecord,
} from './folder-swap.ts';

export interface FolderRestoreRequest {
  runId: string;
  stored: StoredFolder;
  /** A file or folder of the snapshot, parts joined by `/`; empty for all of it. */
  part: string;
  /** What stands for the snapshot's folder; a part goes below it. */
  targetFolder: string;
}

export interface RestoredFolder {
  /** How the previous content (here) differed from the restored one (there). */
  comparison: FolderComparison;
  undoRecord: UndoRecord;
}

/**
 * Puts a snapshot of a folder, or a part of it, back: it is staged beside the target, checked and synced, and comes into
 * its place in one step. What was there is kept beside it as what Undo puts back; until then, nothing is changed.
 * @throws SnapkeepError `CORRUPT` when the snapshot is damaged, `INVALID_PARAMS` where a link is in the way, `NO_SPACE`,
 * `PERMISSION`, `CANCELLED`
 */
export async function restoreFolder(
  request: FolderRestoreRequest,
  context: TaskContext,
  note: NoteExchange,
): Promise<RestoredFolder> {
  const { stored, part, targetFolder, runId } = request;
  if (!isSafePath(part)) {
    throw new SnapkeepError('INVALID_PARAMS', `${JSON.stringify(part)} is not a path in the snapshot.`, {
      hint: 'Use a path as listed in the snapshot, without .. and without a leading or trailing slash.',
    });
  }
  await using opened = await openTarget(targetFolder, part);
  const target = opened.path;
  await requireRoom({ use: 'target', folder: dirname(target), bytes: await bytesOf(stored, part) });
  const staged = stagedPathFor(target, runId);
  await using _staged = removedAtEnd(staged);
  try {
    await removeTree(staged);
    const index = await stagePart(stored, part, staged, context);
    context.progress('comparing', 0, null);
    const comparison = await comparePart(target, part, index.entries, context);
    context.throwIfCancelled();
    context.progress('replacing', 0, null);
    const undoRecord = await swapIn(staged, target, runId, note);
    await finishFolders(opened.made, index.entries, context);
    const changed = comparison.onlyHere + comparison.onlyThere + comparison.different;
    context.log('info', `Restored ${target}: ${countInWords(changed, 'entry', 'entries')} changed.`);
    return { comparison, undoRecord };
  } catch (error) {
    throw explainError(error, target);
  }
}

/** Folders that were made on the way to a part get the rights they had; not before, for they may forbid to write in them. */
async function finishFolders(
  made: OpenedTarget['made'],
  entries: ReadonlyMap<string, Entry>,
  context: TaskContext,
): Promise<void> {
  for (const { path, part } of made.toReversed()) {
    const entry = entries.get(part);
    if (entry?.type !== 'folder') continue;
    try {
      await giveFolderRights(path, entry);
    } catch (error) {
      // The part is in its place by now.
      context.log('warning', `Permissions of ${path} not set. ${explainError(error, path).message}`);
    }
  }
}

/** What a part of a folder needs; an archive tells only when it is read. */
async function bytesOf(stored: StoredFolder, part: string): Promise<number> {
  if (stored.kind === 'archive') return 0;
  let bytes = 0;
  for (const entry of (await readIndex(stored.path)).entries.values())
    if (entry.type === 'file' && isInPart(entry.path, part)) bytes += entry.size;
  return bytes;
}

/** Compares what is at the target of a part with what a snapshot holds of it. */
export async function comparePart(
  target: string,
  part: string,
  all: ReadonlyMap<string, Entry>,
  context: TaskContext,
): Promise<FolderComparison> {
  const isFolder = part === '' || all.get(part)?.type === 'folder';
  const entries = new Map<string, Entry>();
  for (const entry of all.values()) {
    if (!isInPart(entry.path, part)) continue;
    const path = isFolder ? entry.path.slice(part === '' ? 0 : part.length + 1) : (part.split('/').at(-1) ?? '');
    entries.set(path, { ...restoredEntry(entry), path });
  }
  if (isFolder) return compareFolder({ folder: target, entries }, context);
  const only = part.split('/').at(-1) ?? '';
  return compareFolder({ folder: dirname(target), entries, only }, context);
}
