import { dataFolders as linux } from './data-folders.linux.ts';
import { dataFolders as macos } from './data-folders.macos.ts';
import { dataFolders as windows } from './data-folders.windows.ts';
import { ofPlatform } from './platform.ts';

/** What tells where programs keep data. */
export interface UserFacts {
  /** The home folder. */
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Where programs keep data on a system. */
export interface DataFolders {
  /** The likeliest first; one may lie in another, and any may be missing. */
  readonly folders: readonly string[];
  /** Folders whose files are fetched from elsewhere as soon as they are read. */
  readonly remote: readonly string[];
  /** Folders whose files last as long as a program or a session. */
  readonly temporary: readonly string[];
}

/** Returns the folders in which programs of this system keep data. */
export const dataFolders: (user: UserFacts) => DataFolders = ofPlatform({ linux, macos, windows });
