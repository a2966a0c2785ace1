import { readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { FolderEntry, FolderListing } from '../../../src-shared/model/folder-listing.ts';
import { explainedAs } from '../engine/engine-errors.ts';
import { canonicalPath } from '../engine/files/paths.ts';

/** Lists the files and folders in a folder; by default in that of the user. @throws SnapkeepError */
export async function listFolder(given: string = homedir()): Promise<FolderListing> {
  const path = await canonicalPath(given);
  const parent = dirname(path);
  return { path, parent: parent === path ? null : parent, home: homedir(), entries: await listEntries(path) };
}

async function listEntries(folder: string): Promise<FolderEntry[]> {
  const names = await readdir(folder).catch(explainedAs(folder));
  const entries = await Promise.all(names.map((name) => describeEntry(folder, name)));
  return entries
    .filter((entry) => entry !== undefined)
    .sort((a, b) => (a.kind === b.kind ? a.name.localeCompare(b.name) : a.kind === 'folder' ? -1 : 1));
}

async function describeEntry(folder: string, name: string): Promise<FolderEntry | undefined> {
  const path = join(folder, name);
  try {
    const info = await stat(path);
    if (!info.isDirectory() && !info.isFile()) return undefined;
    return {
      name,
      path,
      kind: info.isDirectory() ? 'folder' : 'file',
      sizeBytes: info.isFile() ? info.size : 0,
      modifiedAt: info.mtime.toISOString(),
    };
  } catch {
    // Gone since the folder was read, or a link to nowhere: nothing that could be chosen.
    return undefined;
  }
}
