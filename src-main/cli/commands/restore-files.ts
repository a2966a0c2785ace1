import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import type { RestoredFiles } from '../../../src-shared/model/restore/restore-files.ts';
import type { Run } from '../../../src-shared/model/run.ts';
import type { Snapshot } from '../../../src-shared/model/snapshot.ts';
import { bytesInWords, countInWords } from '../../../src-shared/words/wording.ts';
import { print, resultOf, say } from '../output.ts';
import type { Session } from '../session.ts';

/** What of a snapshot's files is restored, and where to. */
export interface FilesOptions {
  attachedFile?: string;
  path?: string[];
  to?: string;
  force?: boolean;
}

/**
 * Checks the files of a snapshot; changes nothing. @throws SnapkeepError `CONFLICT` without --force where the target
 * exists
 */
export async function checkFiles(session: Session, snapshot: Snapshot, options: FilesOptions): Promise<Run> {
  const { attachedFile, path, to } = options;
  const checked = await session.run('restores.check', {
    what: 'files',
    snapshotId: snapshot.id,
    ...(attachedFile === undefined ? {} : { attachedFile }),
    ...(path === undefined ? {} : { paths: path }),
    ...(to === undefined ? {} : { to: resolve(to) }),
  });
  const { targets } = resultOf(checked, 'files-check').check;
  for (const { attachedFile: name, targetPath, files, bytes, comparison, undoable } of targets) {
    if (existsSync(targetPath) && options.force !== true) {
      throw new SnapkeepError('CONFLICT', `${targetPath} already exists.`, {
        hint: undoable
          ? 'Nothing was changed. Use --force to replace it; the current files are kept beside it.'
          : 'Nothing was changed. Use --force to overwrite it; a device cannot be undone.',
      });
    }
    const what = `${name}: ${countInWords(files, 'file')}, ${bytesInWords(bytes)}, to ${targetPath}.`;
    const differ =
      comparison === null
        ? ''
        : ` ${comparison.same} unchanged, ${comparison.different} changed, ${comparison.onlyThere} added, ${comparison.onlyHere} removed.`;
    say(what + differ);
    if (!undoable) say(`${targetPath} is a device: its content is overwritten, and this cannot be undone.`);
  }
  for (const note of new Set(targets.flatMap((target) => target.notes))) say(note);
  return checked;
}

/** Restores files that have been checked. */
export async function restoreChecked(session: Session, checked: Run): Promise<void> {
  reportFiles(await session.run('restores.start', confirmedFiles(checked)));
}

/** The parameters that start the restore of checked files. */
export function confirmedFiles(checked: Run): { checkRunId: string; confirmation: string } {
  return { checkRunId: checked.id, confirmation: resultOf(checked, 'files-check').check.confirmation };
}

/** Says what became of a restore or undo of files. */
export function reportFiles(run: Run): void {
  const result = resultOf(run, 'files-restore');
  print({ runId: run.id, ...result }, filesInWords(result.files));
  if (result.files.some(({ undoable }) => undoable))
    say(`The replaced data is kept. Undo with: snapkeep undo ${run.id}`);
}

/** What was restored where, one line each. */
export const filesInWords = (files: readonly RestoredFiles[]): string[] => files.map(inWords);

const inWords = ({ targetPath, changed, keptPath }: RestoredFiles): string =>
  `Restored ${targetPath}: ${countInWords(changed, 'entry', 'entries')} changed.${keptPath === null ? '' : ` The previous files are kept in ${keptPath}.`}`;
