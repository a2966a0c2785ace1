import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** How often npm is looked for, in milliseconds. */
const LOOK_EVERY = 1_000;

/**
 * Calls back once the npm that started this process has ended; does nothing when none has. npm that is killed cannot
 * pass that on, and what it started would hold the data folder for ever.
 */
export function watchNpm(onGone: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const npm = npmProcess();
  const timer = setInterval(() => {
    if (isAlive(npm)) return;
    clearInterval(timer);
    onGone();
  }, LOOK_EVERY);
  timer.unref();
}

/** The id of npm's process: the parent, or the one before it where a shell stays between the two. */
function npmProcess(): number {
  const parent = describeProcess(process.ppid);
  return parent !== undefined && /^\S*sh -c /.test(parent.command) ? parent.parent : process.ppid;
}

/** The parent and the command line of a process; `undefined` where the system does not tell. */
function describeProcess(pid: number): { parent: number; command: string } | undefined {
  try {
    if (process.platform === 'linux') {
      // The name in parentheses may hold anything, so what follows the last one is read: state, parent, …
      const [, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
      return { parent: Number(parent), command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') };
    }
    if (process.platform === 'win32') return undefined;
    const line = execFileSync('ps', ['-o', 'ppid=,args=', '-p', String(pid)], { encoding: 'utf8' });
    const [, parent, command = ''] = /^(\d+)\s+(\S.*)$/.exec(line.trim()) ?? [];
    return { parent: Number(parent), command };
  } catch {
    // It has just ended, which is noticed at the first look.
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is there anyway.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
