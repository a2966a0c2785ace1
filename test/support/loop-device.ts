import { execFileSync } from 'node:child_process';
import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Whether block devices can be made of files here: on Linux, as root. */
export const loops = process.platform === 'linux' && process.getuid?.() === 0 && loopsWork();

function loopsWork(): boolean {
  try {
    execFileSync('losetup', ['--find'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A block device that is kept in a file, until the test ends. */
export function makeDevice(folder: string, name: string, bytes: number): string {
  const backing = join(folder, name);
  writeFileSync(backing, '');
  truncateSync(backing, bytes);
  const device = execFileSync('losetup', ['--find', '--show', backing], { encoding: 'utf8' }).trim();
  onTestFinished(() => {
    execFileSync('losetup', ['--detach', device]);
  });
  return device;
}
