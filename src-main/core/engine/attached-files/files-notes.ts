import { lstat } from 'node:fs/promises';
import { countInWords } from '../../../../src-shared/words/wording.ts';
import { errorCode, explainError } from '../engine-errors.ts';
import { onDisk } from '../files/byte-names.ts';
import { mayGiveTo, restoredMode } from '../files/file-rights.ts';
import type { TaskContext } from '../task-context.ts';
import type { Entry } from './folder/folder-entry.ts';
import { scanFolder } from './folder/scan-folder.ts';

/**
 * Says what a restore of files cannot keep: of what stands at the target, and of what was stored.
 * @param targetPath what would be replaced, without any link in it
 * @param entries what would come there
 * @returns sentences; none where everything will be as it was stored
 */
export async function filesNotes(
  targetPath: string,
  entries: readonly Entry[],
  context: TaskContext,
): Promise<string[]> {
  const special = entries.filter(({ type, ...rest }) => type === 'file' && 'mode' in rest && isSpecial(rest.mode));
  const others = entries.filter(({ uid, gid }) => !mayGiveTo(uid, gid));
  const linked = await hardLinked(targetPath, context);
  const notes = [
    special.length > 0 &&
      `The set-user-ID, set-group-ID and sticky bits of ${countInWords(special.length, 'file')} are dropped.`,
    others.length > 0 &&
      `${countInWords(others.length, 'entry', 'entries')} of other users will belong to user ${process.getuid?.()}: only root can assign files to other users.`,
    linked !== null &&
      'Access control lists, extended attributes and hard links are not stored in snapshots of files; restored files have none.',
    (linked ?? 0) > 0 &&
      `${countInWords(linked ?? 0, 'file')} at the target may have hard links elsewhere, which will keep the current content.`,
  ];
  return notes.filter((note) => typeof note === 'string');
}

const isSpecial = (mode: number): boolean => restoredMode(mode) !== mode;

/** How many files at a path share their content with another name; `null`: nothing exists there. */
async function hardLinked(path: string, context: TaskContext): Promise<number | null> {
  try {
    const stats = await lstat(onDisk(path));
    if (!stats.isDirectory()) return stats.nlink > 1 ? 1 : 0;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw explainError(error, path);
  }
  const scan = await scanFolder(path, { exclude: [], throwIfCancelled: () => context.throwIfCancelled() });
  return scan.entries.filter(({ type, stats }) => type === 'file' && stats.nlink > 1n).length;
}
