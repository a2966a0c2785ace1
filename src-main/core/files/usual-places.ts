import { opendir } from 'node:fs/promises';
import { homedir } from 'node:os';
import type { UsualPlace } from '../../../src-shared/model/folder-listing.ts';
import { dataFolders } from '../../platform/data-folders.ts';
import { storageMounts } from '../../platform/mounts.ts';

/**
 * Returns the folders that people often choose from: the home folder, the folders in which programs keep data, and mounted
 * disks and shares. Folders that are empty or cannot be read are left out; disks and shares are not opened.
 */
export async function usualPlaces(): Promise<UsualPlace[]> {
  const home = homedir();
  const { folders } = dataFolders({ home, environment: process.env });
  const [programs, storage] = await Promise.all([
    Promise.all(folders.map(async (path) => (path !== home && (await hasEntries(path)) ? [path] : []))),
    storageMounts(),
  ]);
  return [
    { path: home, kind: 'home' },
    ...programs.flat().map((path): UsualPlace => ({ path, kind: 'programs' })),
    ...storage.map(({ point, kind }): UsualPlace => ({ path: point, kind })),
  ];
}

async function hasEntries(folder: string): Promise<boolean> {
  try {
    // Leaving the loop closes the folder.
    for await (const _entry of await opendir(folder)) return true;
    return false;
  } catch {
    // It does not exist, or is closed to this user: nothing can be chosen there.
    return false;
  }
}
