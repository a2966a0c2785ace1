import type { FileHolder } from '../../src-shared/model/values.ts';
import { openFiles as linux } from './open-files.linux.ts';
import { openFiles as macos } from './open-files.macos.ts';
import { ofPlatform } from './platform.ts';

/** A file that another program has open. */
export interface OpenFile {
  /** As the program sees it, which may be another one here; `null`: it has no name any more. */
  readonly path: string | null;
  /** Device and inode, as `identityOf` writes them; `null`: the system tells the path alone. */
  readonly identity: string | null;
  readonly holder: FileHolder;
}

/**
 * Returns the regular files that other programs have open, as far as this user may see; none where the system has no
 * such list. Blocks the thread: for workers.
 * @param isUnread whether a path must not be touched
 */
export const openFiles: (isUnread: (path: string) => boolean) => Promise<OpenFile[]> = ofPlatform({
  linux,
  macos,
  windows: async () => [],
});
