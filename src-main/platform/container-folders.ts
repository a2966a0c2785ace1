import { containerFolders as linux } from './container-folders.linux.ts';
import { PLATFORM } from './platform.ts';

/**
 * Returns the folders and files of this machine that containers have in them, as far as this user may see: what they
 * are called here. None where containers run in a machine of their own.
 */
export const containerFolders: () => Promise<string[]> =
  { linux, macos: null, windows: null }[PLATFORM] ?? (async () => []);
