import { constants, linkSync, symlinkSync } from 'node:fs';
import { copyFile, link, symlink } from 'node:fs/promises';
import { onDisk } from '../files/byte-names.ts';
import { Pace } from './pace.ts';

/** What not every file system can do. Tests lend calls that fail as those of other systems do. */
export interface SystemCalls {
  link(existing: string, path: string): Promise<void>;
  symlink(target: string, path: string): Promise<void>;
  /** Makes a file that shares the blocks of another until either changes; fails where that cannot be. */
  clone(existing: string, path: string): Promise<void>;
}

/** The calls of this system. */
export function systemCalls(): SystemCalls {
  const pace = new Pace();
  return {
    link: (existing, path) =>
      pace.run(
        () => linkSync(onDisk(existing), onDisk(path)),
        () => link(onDisk(existing), onDisk(path)),
      ),
    symlink: (target, path) =>
      pace.run(
        () => symlinkSync(onDisk(target), onDisk(path)),
        () => symlink(onDisk(target), onDisk(path)),
      ),
    clone: (existing, path) =>
      copyFile(onDisk(existing), onDisk(path), constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE),
  };
}

/** Codes that say “not here”, in the words of different systems. */
export const CANNOT: ReadonlySet<string> = new Set([
  'EPERM',
  'EACCES',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EMLINK',
  'EXDEV',
  'EINVAL',
  'ENOTTY',
  'UNKNOWN',
]);
