import { constants, linkSync, symlinkSync } from 'node:fs';
import { copyFile, link, symlink } from 'node:fs/promises';
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
        () => linkSync(existing, path),
        () => link(existing, path),
      ),
    symlink: (target, path) =>
      pace.run(
        () => symlinkSync(target, path),
        () => symlink(target, path),
      ),
    clone: (existing, path) => copyFile(existing, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE_FORCE),
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
