import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { cleanUpLater } from './clean-up.ts';
import { isInside } from './namespaces.ts';

/** Why disks of one's own cannot be mounted here; `undefined`: they can. */
export const whyNoDisks: string | undefined = isInside ? undefined : 'Only root on Linux can mount disks.';

/** Mounts a disk in memory. @param bytes its size @returns takes it away */
export function mountDisk(path: string, bytes: number): () => void {
  mkdirSync(path, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=0700`, 'snapkeep-campaign', path]);
  return cleanUpLater(() => unmount(path));
}

/** Shows a folder at another place, too. @returns takes it away from there, whoever uses it */
export function bind(from: string, to: string): () => void {
  execFileSync('mount', ['--bind', from, to]);
  return cleanUpLater(() => unmount(to));
}

function unmount(path: string): void {
  execFileSync('umount', ['--lazy', path]);
}

/** Writes a file until only so many bytes are free. @returns removes it */
export function fillDisk(path: string, free: number): () => void {
  const ballast = join(path, '.ballast');
  const { bavail, bsize } = statfsSync(path);
  const file = openSync(ballast, 'w');
  try {
    const zeros = Buffer.alloc(64 * 1024);
    for (let left = bavail * bsize - free; left > 0; ) left -= writeSync(file, zeros, 0, Math.min(left, zeros.length));
  } finally {
    closeSync(file);
  }
  return () => rmSync(ballast, { force: true });
}
