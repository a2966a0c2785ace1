import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A small disk of its own in memory. */
export interface SmallDisk {
  readonly path: string;
  makeReadOnly(): void;
  makeWritable(): void;
  /** Takes the disk away with all that is on it. */
  unmount(): void;
  /** Mounts a new, empty disk after {@link unmount}. */
  mount(): void;
  /** Writes a file until only this many bytes are free. */
  fill(free?: number): void;
  /** Removes what {@link fill} has written. */
  empty(): void;
}

/** Mounts a disk of `bytes` at `path` until the test ends. Needs {@link canMount}. */
export function mountSmallDisk(path: string, bytes: number): SmallDisk {
  mkdirSync(path, { recursive: true });
  const mountIt = (): void => mount('-t', 'tmpfs', '-o', `size=${bytes}`, 'snapkeep-test', path);
  let mounted = true;
  mountIt();
  const unmount = (): void => {
    if (mounted) execFileSync('umount', ['--lazy', path]);
    mounted = false;
  };
  onTestFinished(unmount);
  return {
    path,
    makeReadOnly: () => mount('-o', 'remount,ro', path),
    makeWritable: () => mount('-o', 'remount,rw', path),
    unmount,
    mount: () => {
      mountIt();
      mounted = true;
    },
    fill: (free = 0) => fill(path, free),
    empty: () => {
      for (const name of readdirSync(path)) if (name.startsWith('ballast-')) rmSync(join(path, name));
    },
  };
}

function mount(...args: string[]): void {
  execFileSync('mount', args);
}

let ballasts = 0;

function fill(path: string, free: number): void {
  const { bavail, bsize } = statfsSync(path);
  const ballast = openSync(join(path, `ballast-${ballasts++}`), 'w');
  const zeros = Buffer.alloc(64 * 1024);
  try {
    for (let left = bavail * bsize - free; left > 0; )
      left -= writeSync(ballast, zeros, 0, Math.min(left, zeros.length));
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  } finally {
    closeSync(ballast);
  }
}
