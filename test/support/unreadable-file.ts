import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';

/**
 * Makes a file that not even root can read, by a mount; needs `canMount`. The answer removes it, if it is still there.
 * @param path where nothing is
 */
export function makeUnreadable(path: string): () => void {
  writeFileSync(path, '');
  // The memory of the first process: it may not be opened, or has nothing where its reading begins.
  execFileSync('mount', ['--bind', '/proc/1/mem', path]);
  let isThere = true;
  return () => {
    if (!isThere) return;
    isThere = false;
    execFileSync('umount', [path]);
    rmSync(path);
  };
}
