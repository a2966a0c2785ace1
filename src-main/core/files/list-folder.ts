import type { Dirent } from 'node:fs';
import { open, opendir, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import type { FolderEntry, FolderListing } from '../../../src-shared/model/folder-listing.ts';
import { explainedAs } from '../engine/engine-errors.ts';
import { canonicalPath } from '../engine/files/paths.ts';
import { hasPlaintextHeader, SQLITE_MAGIC } from '../engine/identify/database-header.ts';

/** More entries of a folder are counted, not listed: a person searches them. */
export const MOST_LISTED = 200;

/** Entries are read in pieces of this many, so that others are answered in between. */
const READ_AT_ONCE = 256;

/** What of a folder is listed. */
interface Listed {
  /** By default the home folder of the user. */
  path?: string | undefined;
  /** Only names that contain this, in capitals or not. */
  search?: string | undefined;
  foldersOnly?: boolean;
}

/**
 * Lists the files and folders in a folder, folders first.
 * @param isUnread of files that are not opened: to close one frees the locks that this process has on it
 * @throws SnapkeepError
 */
export async function listFolder(
  { path: given = homedir(), search = '', foldersOnly = false }: Listed,
  isUnread: (path: string) => boolean,
): Promise<FolderListing> {
  const path = await canonicalPath(given);
  const parent = dirname(path);
  const { first, found } = await readFirst(path, search.toLocaleLowerCase(), foldersOnly);
  const entries = (await Promise.all(first.map(({ name }) => describeEntry(path, name)))).filter(
    (entry) => entry !== undefined,
  );
  return {
    path,
    parent: parent === path ? null : parent,
    entries: await Promise.all(entries.sort(inListOrder).map((entry) => withKind(entry, isUnread))),
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
async function readFirst(
  folder: string,
  search: string,
  foldersOnly: boolean,
): Promise<{ first: ListOrder[]; found: number }> {
  let first: ListOrder[] = [];
  let found = 0;
  const read = await opendir(folder, { bufferSize: READ_AT_ONCE }).catch(explainedAs(folder));
  for await (const entry of read) {
    if (!entry.name.toLocaleLowerCase().includes(search)) continue;
    const kind = await kindOf(folder, entry);
    if (kind === undefined || (foldersOnly && kind !== 'folder')) continue;
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

/** The sizes of databases are multiples of the smallest page, so that few other files are opened. */
const SMALLEST_PAGE = 512;

/** Tells databases from other files by how they begin, for many have names of their own. */
async function withKind(entry: FolderEntry, isUnread: (path: string) => boolean): Promise<FolderEntry> {
  if (entry.kind !== 'file' || entry.sizeBytes === 0 || entry.sizeBytes % SMALLEST_PAGE !== 0) return entry;
  try {
    const path = await realpath(entry.path);
    if (isUnread(path)) return entry;
    await using file = await open(path);
    const { buffer } = await file.read(Buffer.alloc(SQLITE_MAGIC.length), 0, SQLITE_MAGIC.length, 0);
    return hasPlaintextHeader(buffer) ? { ...entry, kind: 'database' } : entry;
  } catch {
    // Whoever chooses it is told why it cannot be read.
    return entry;
  }
}
