import { lstat, mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SnapkeepError } from '../../../src-shared/contract/errors.ts';
import { errorCode, explainError } from '../engine/engine-errors.ts';
import { isTaken, syncFolder } from '../engine/files/durable-files.ts';
import { removeTree } from '../engine/files/remove-tree.ts';

/** Where the trash of a service keeps the files of one snapshot: hidden, so that no list has it. */
export function trashEntry(folder: string, serviceId: string, snapshotId: string): string {
  return join(folder, `.snapkeep-trash-${serviceId}`, snapshotId);
}

/**
 * Moves files and folders of a snapshot into its entry of the trash, the last one after all others are durable there.
 * What has been moved already, or is nowhere, is passed over: a move that was interrupted is finished by calling it again.
 * @param names in the order in which they go; the last one tells readers that the rest is complete
 * @throws SnapkeepError as the file system does
 */
export async function moveIntoTrash(folder: string, entry: string, names: readonly string[]): Promise<void> {
  const trash = join(entry, '..');
  // Not with those around it: a mount point without its disk must not be made up for by a folder.
  await makeFolder(trash);
  await syncFolder(folder);
  await makeFolder(entry);
  await syncFolder(trash);
  await moveInOrder(folder, entry, names);
}

/**
 * Moves the files of a snapshot back, and removes its entry.
 * @param names in the order in which they come back
 * @throws SnapkeepError `CONFLICT` when a name is taken
 */
export async function moveOutOfTrash(folder: string, entry: string, names: readonly string[]): Promise<void> {
  for (const name of names) await requireFree(entry, folder, name);
  await moveInOrder(entry, folder, names);
  await removeTree(entry);
  await syncFolder(join(entry, '..'));
}

async function moveInOrder(from: string, to: string, names: readonly string[]): Promise<void> {
  // A snapshot that was imported may be in a folder below that of the destination.
  for (const folder of foldersBelow(to, names).reverse()) await makeFolder(folder);
  for (const [index, name] of names.entries()) {
    if (index === names.length - 1) await syncBoth(from, to, names);
    await moveOne(join(from, name), join(to, name));
  }
  await syncBoth(from, to, names);
}

async function syncBoth(from: string, to: string, names: readonly string[]): Promise<void> {
  // What has arrived first: a name that a power failure takes from both folders would be lost.
  for (const root of [to, from]) {
    for (const folder of foldersBelow(root, names)) if (await isTaken(folder)) await syncFolder(folder);
    await syncFolder(root);
  }
}

/** The folders below a root that hold the names, each after those within it. */
function foldersBelow(root: string, names: readonly string[]): string[] {
  const folders = new Set<string>();
  for (const name of names) {
    for (let parent = dirname(name); parent !== '.'; parent = dirname(parent)) folders.add(join(root, parent));
  }
  return [...folders].sort((a, b) => b.length - a.length);
}

/** Before anything is moved: what is half back would have to be moved again. */
async function requireFree(entry: string, folder: string, name: string): Promise<void> {
  const path = join(folder, name);
  if (!(await isTaken(join(entry, name))) || !(await isTaken(path))) return;
  throw new SnapkeepError('CONFLICT', `${path} already exists.`, {
    hint: 'Nothing was overwritten. Move or rename that file, and try again.',
  });
}

/** Overwrites nothing: what has arrived already is the snapshot's, and what has its name elsewhere is not. */
async function moveOne(from: string, to: string): Promise<void> {
  try {
    if ((await isTaken(from)) && !(await isTaken(to))) await rename(from, to);
  } catch (error) {
    throw explainError(error, from);
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    // A link in its place could lead anywhere.
    if (errorCode(error) === 'EEXIST' && (await lstat(path)).isDirectory()) return;
    throw explainError(error, path);
  }
}
