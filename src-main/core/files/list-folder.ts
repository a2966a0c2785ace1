import type { Dirent } from 'node:fs';
import { opendir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { FolderEntry, FolderListing } from '../../../src-shared/model/folder-listing.ts';
import { explainedAs } from '../engine/engine-errors.ts';
import { canonicalPath } from '../engine/files/paths.ts';

/** More entries of a folder are counted, not listed: a person searches them. */
export const MOST_LISTED = 200;

/** Entries are read in pieces of this many, so that others are answered in between. */
const READ_AT_ONCE = 256;

/**
 * Lists the files and folders in a folder, folders first.
 * @param given by default the home folder of the user
 * @param search lists only names that contain this, in capitals or not
 * @throws SnapkeepError
 */
export async function listFolder(given: string = homedir(), search = ''): Promise<FolderListing> {
  const path = await canonicalPath(given);
  const parent = dirname(path);
  const { first, found } = await readFirst(path, search.toLocaleLowerCase());
  const entries = (await Promise.all(first.map(({ name }) => describeEntry(path, name)))).filter(
    (entry) => entry !== undefined,
  );
  return {
    path,
    parent: parent === path ? null : parent,
    entries: entries.sort(inListOrder),
    more: found - first.length,
  };
}

interface ListOrder {
  kind: FolderEntry['kind'];
  name: string;
}

const { compare } = new Intl.Collator(undefined, { numeric: true });
const inListOrder = (a: ListOrder, b: ListOrder): number =>
  a.kind === b.kind ? compare(a.name, b.name) : a.kind === 'folder' ? -1 : 1;

/** Returns the entries that are listed first, and how many there are. Never sorts more than a few hundred at once. */
async function readFirst(folder: string, search: string): Promise<{ first: ListOrder[]; found: number }> {
  let first: ListOrder[] = [];
  let found = 0;
  const read = await opendir(folder, { bufferSize: READ_AT_ONCE }).catch(explainedAs(folder));
  for await (const entry of read) {
    if (!entry.name.toLocaleLowerCase().includes(search)) continue;
    const kind = await kindOf(folder, entry);
    if (kind === undefined) continue;
    found += 1;
    first.push({ kind, name: entry.name });
    if (first.length === 2 * MOST_LISTED) first = first.sort(inListOrder).slice(0, MOST_LISTED);
  }
  return { first: first.sort(inListOrder).slice(0, MOST_LISTED), found };
}

/** What an entry is without reading it, except for links, which are what they lead to. */
async function kindOf(folder: string, entry: Dirent): Promise<FolderEntry['kind'] | undefined> {
  if (entry.isDirectory()) return 'folder';
  if (entry.isFile()) return 'file';
  // Some file systems do not tell what an entry is.
  return entry.isSymbolicLink() || isUnknown(entry) ? (await describeEntry(folder, entry.name))?.kind : undefined;
}

const isUnknown = (entry: Dirent): boolean =>
  !(entry.isSocket() || entry.isFIFO() || entry.isBlockDevice() || entry.isCharacterDevice());

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
