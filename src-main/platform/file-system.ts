import { FILE_SYSTEM as posix } from './file-system.posix.ts';
import { FILE_SYSTEM as windows } from './file-system.windows.ts';
import { ofPlatform } from './platform.ts';

/** How the files of a system behave. */
export interface FileSystem {
  /** A folder can be opened and synced, which makes the names in it durable. */
  readonly syncsFolders: boolean;
  /** Files have an owner and permission bits. */
  readonly hasModes: boolean;
  /** Names are bytes, which need not be UTF-8. */
  readonly namesAreBytes: boolean;
  /** A file can be renamed over one that is open, and an open one removed. */
  readonly replacesOpenFiles: boolean;
  /** What no name in a relative path may have in it; `null`: anything may be there. */
  readonly reserved: RegExp | null;
}

/** How the files of this system behave. */
export const fileSystem: FileSystem = ofPlatform({ linux: posix, macos: posix, windows });
