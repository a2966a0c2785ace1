import { execFileSync } from 'node:child_process';

/** Whether this process may mount file systems of its own: root on Linux, outside of a sandbox that forbids it. */
export const canMount = process.platform === 'linux' && process.getuid?.() === 0 && mountWorks();

function mountWorks(): boolean {
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
