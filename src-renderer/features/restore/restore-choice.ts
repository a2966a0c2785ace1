import type { Params } from '../../../src-shared/contract/methods.ts';
import type { SnapshotAttachedFile } from '../../../src-shared/model/attached-file.ts';
import type { RestoreSource } from '../../../src-shared/model/restore/restore.ts';
import type { FilesCheck } from '../../../src-shared/model/restore/restore-files.ts';

import type { SourceKind } from '../../../src-shared/model/source.ts';
import { lastPart, trimEndOf } from '../../../src-shared/words/trimmed.ts';

/** What to restore from a snapshot. `one`: an attached file, or files and folders in it. */
export type RestoreWhat = 'everything' | 'database' | 'files' | 'one';

/** The choice as it is typed. */
export interface RestoreChoice {
  what: RestoreWhat;
  /** The attached file of `one`. */
  attachedFile: string;
  /** Files and folders inside the attached file; none: all of it. */
  parts: readonly string[];
}

/** The content of a snapshot. */
export interface HasAttachedFiles {
  sourceKind: SourceKind;
  attachedFiles: readonly SnapshotAttachedFile[];
}

/** The attached files that can be restored: something of them was stored. */
export function restorable({ attachedFiles }: HasAttachedFiles): SnapshotAttachedFile[] {
  return attachedFiles.filter(({ files }) => files > 0);
}

/** Returns what can be restored from a snapshot, the default first. */
export function choicesOf(snapshot: HasAttachedFiles): RestoreWhat[] {
  const files = restorable(snapshot).length > 0;
  if (snapshot.sourceKind === 'files') return files ? ['files', 'one'] : [];
  return files ? ['everything', 'database', 'files', 'one'] : ['database'];
}

/** Returns the choice that was typed, with defaults in place of what this snapshot does not have. */
export function choiceOf(typed: Partial<RestoreChoice>, snapshot: HasAttachedFiles): RestoreChoice {
  const choices = choicesOf(snapshot);
  const names = restorable(snapshot).map(({ name }) => name);
  return {
    what: choices.find((what) => what === typed.what) ?? choices[0] ?? 'database',
    attachedFile: names.find((name) => name === typed.attachedFile) ?? names[0] ?? '',
    parts: typed.parts ?? [],
  };
}

export const takesDatabase = ({ what }: RestoreChoice): boolean => what === 'everything' || what === 'database';
const takesFiles = ({ what }: RestoreChoice): boolean => what !== 'database';

type FilesParams = Extract<Params<'restores.check'>, { what: 'files' }>;

/**
 * Returns the parameters of the check of files; `null`: no files are chosen, or the source is a bare file.
 * @param to where the one attached file goes; empty: to where it came from
 */
export function filesToCheck(source: RestoreSource, choice: RestoreChoice, to: string): FilesParams | null {
  if (!('snapshotId' in source) || !takesFiles(choice)) return null;
  const one = choice.what === 'one';
  return {
    what: 'files',
    ...source,
    ...(one ? { attachedFile: choice.attachedFile } : {}),
    ...(one && choice.parts.length > 0 ? { paths: [...choice.parts] } : {}),
    ...(one && to !== '' ? { to } : {}),
  };
}

/** The changes of a restore of files, added up; `images`: devices or image files that are overwritten. */
export interface FilesTotals {
  files: number;
  bytes: number;
  back: number;
  replaced: number;
  gone: number;
  same: number;
  images: number;
}

/** Adds up the changes of all targets. */
export function totalsOf({ targets }: FilesCheck): FilesTotals {
  const totals: FilesTotals = { files: 0, bytes: 0, back: 0, replaced: 0, gone: 0, same: 0, images: 0 };
  for (const { files, bytes, comparison } of targets) {
    totals.files += files;
    totals.bytes += bytes;
    totals.back += comparison?.onlyThere ?? 0;
    totals.replaced += comparison?.different ?? 0;
    totals.gone += comparison?.onlyHere ?? 0;
    totals.same += comparison?.same ?? 0;
    totals.images += comparison === null ? 1 : 0;
  }
  return totals;
}

/** Whether a restore of files changes or removes existing files. */
export const replacesFiles = ({ replaced, gone, images }: FilesTotals): boolean => replaced + gone + images > 0;

/** The word that confirms the replacement of files: the name of the only target, or `files`. */
export function fileWord({ targets }: FilesCheck): string {
  const [first] = targets;
  return targets.length === 1 && first !== undefined
    ? lastPart(trimEndOf(first.targetPath, '/\\')) || 'files'
    : 'files';
}

/** The possible targets of a restore. */
export interface Targets {
  /** The original path; `null`: unknown. */
  suggested: string | null;
  /** The label of the field for another path. */
  label: string;
  /** The original paths of several items; empty: there is one item. */
  together: string[];
}

/**
 * Returns the possible targets of a choice.
 * @param database the original path of a database; `null`: unknown
 */
export function targetsOf(
  attachedFiles: readonly SnapshotAttachedFile[],
  { what, attachedFile, parts }: RestoreChoice,
  database: string | null,
): Targets {
  const paths = attachedFiles.filter(({ files }) => files > 0).map(({ path }) => path);
  const one = attachedFiles.find(({ name }) => name === attachedFile);
  switch (what) {
    case 'database':
      return { suggested: database, label: 'Database path', together: [] };
    case 'everything':
      return { suggested: database, label: '', together: [...(database === null ? [] : [database]), ...paths] };
    case 'files':
      return { suggested: null, label: '', together: paths };
    case 'one': {
      if (one !== undefined && parts.length > 1)
        return { suggested: null, label: '', together: parts.map((part) => joined(one.path, part)) };
      const [part = ''] = parts;
      return {
        suggested: one === undefined ? null : joined(one.path, part),
        label: one?.kind === 'folder' && part === '' ? 'Folder path' : 'File path',
        together: [],
      };
    }
  }
}

function joined(folder: string, part: string): string {
  const separator = folder.includes('\\') && !folder.includes('/') ? '\\' : '/';
  return part === '' ? folder : `${folder}${separator}${part}`;
}
