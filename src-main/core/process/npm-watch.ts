import { describeProcess, isAlive } from '../../platform/processes.ts';

/** How often npm is checked for, in milliseconds. */
const CHECK_EVERY_MS = 1_000;

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
  }, CHECK_EVERY_MS);
  timer.unref();
}

/** The id of npm's process: the parent, or the one before it where a shell stays between the two. */
function npmProcess(): number {
  try {
    const parent = describeProcess(process.ppid);
    return parent !== undefined && /^\S*sh -c /.test(parent.command) ? parent.parent : process.ppid;
  } catch {
    // It has just ended, which is noticed at the first look.
    return process.ppid;
  }
}
