import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { AttachedFile, AttachedFiles } from '../../../src-shared/model/attached-file.ts';
import { nameAndPath, several } from '../command.ts';
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
    .option('--attached-file <name=path>', 'folder or file to store with the database, or alone (repeatable)', several)
    .option('--image <name=path>', 'block device or disk image file to store in full (repeatable)', several)
    .option('--exclude <pattern>', 'exclude files from folders, by .gitignore rules (repeatable)', several)
    .option('--group <name>', 'show, pause and back up the plans of this group together')
    .option('--same-instant', 'back up at the same instant as the other databases of the group with this option');
}

/** @throws UsageError for what is no attached file */
export function attachedFilesOf(options: AttachedFileOptions) {
  const { attachedFile = [], image = [], exclude = [], group, sameInstant } = options;
  const named = [
    ...attachedFile.map((text) => ({ of: nameAndPath(text), asImage: false })),
    ...image.map((text) => ({ of: nameAndPath(text), asImage: true })),
  ];
  const attachedFiles = named.map(({ of: [name, path], asImage }): AttachedFile => {
    const kind = asImage ? 'image' : statSync(path, { throwIfNoEntry: false })?.isFile() === true ? 'file' : 'folder';
    const parsed = AttachedFile.safeParse({ name, path, kind, exclude: kind === 'folder' ? exclude : [] });
    if (parsed.success) return parsed.data;
    throw new UsageError(`Invalid attached file name: “${name}”. Use letters, digits, - and _.`);
  });
  const all = AttachedFiles.safeParse(attachedFiles);
  if (!all.success) throw new UsageError('Two attached files have the same name.');
  return {
    ...(all.data.length === 0 ? {} : { attachedFiles: all.data }),
    ...(group === undefined ? {} : { group }),
    ...(sameInstant === undefined ? {} : { sameInstant }),
  };
}
