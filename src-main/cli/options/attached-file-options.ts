import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { AttachedFile, AttachedFiles } from '../../../src-shared/model/attached-file.ts';
import { several } from '../command.ts';
import { UsageError } from '../output.ts';

/** What options say of the attached files of a plan. */
export interface AttachedFileOptions {
  attachedFile?: string[];
  image?: string[];
  exclude?: string[];
  group?: string;
  sameInstant?: boolean;
}

/** Adds the options of attached files and groups to a command that makes a plan. */
export function addAttachedFileOptions(command: Command): Command {
  return command
    .option(
      '--attached-file <name=path>',
      'a folder or file that is stored with the database, or alone; may be given several times',
      several,
    )
    .option('--image <name=path>', 'a block device or an image file that is stored as a whole', several)
    .option('--exclude <pattern>', 'what is left out of folders, in the manner of .gitignore', several)
    .option('--group <name>', 'plans of one group are shown, paused and backed up together')
    .option('--same-instant', 'back up at the same instant as the other databases of the group that have this set');
}

/** @throws UsageError for what is no attached file */
export function attachedFilesOf(options: AttachedFileOptions) {
  const { attachedFile = [], image = [], exclude = [], group, sameInstant } = options;
  const named = [
    ...attachedFile.map((text) => ({ ...split(text), image: false })),
    ...image.map((text) => ({ ...split(text), image: true })),
  ];
  const attachedFiles = named.map(({ name, path, image: asImage }): AttachedFile => {
    const kind = asImage ? 'image' : statSync(path, { throwIfNoEntry: false })?.isFile() === true ? 'file' : 'folder';
    const parsed = AttachedFile.safeParse({ name, path, kind, exclude: kind === 'folder' ? exclude : [] });
    if (parsed.success) return parsed.data;
    throw new UsageError(`“${name}” cannot be the name of an attached file: use letters, digits, - and _.`);
  });
  const all = AttachedFiles.safeParse(attachedFiles);
  if (!all.success) throw new UsageError('Two attached files have the same name.');
  return {
    ...(all.data.length === 0 ? {} : { attachedFiles: all.data }),
    ...(group === undefined ? {} : { group }),
    ...(sameInstant === undefined ? {} : { sameInstant }),
  };
}

function split(text: string): { name: string; path: string } {
  const at = text.indexOf('=');
  if (at < 1 || at === text.length - 1) throw new UsageError(`“${text}” is not NAME=PATH.`);
  return { name: text.slice(0, at), path: resolve(text.slice(at + 1)) };
}
