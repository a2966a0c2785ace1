import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/** Marks the campaign that runs in namespaces of its own. */
const INSIDE = 'SNAPKEEP_CAMPAIGN_INSIDE';
const UNSHARE = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];

/** Whether mounts and processes of this campaign vanish with it: in namespaces of its own, which only root on Linux has. */
export const isInside = process.env[INSIDE] !== undefined;

/**
 * Runs this program again in namespaces of its own, where that can be had. Even when it is killed, the kernel then ends
 * its processes and takes its mounts away.
 * @returns its exit code; `null`: it has to run here
 */
export async function runInside(): Promise<number | null> {
  if (isInside) {
    // The pipe ends with the program that holds it, also when that is killed.
    process.stdin.on('end', () => process.exit(130)).resume();
    process.stdin.unref();
    return null;
  }
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return null;
  if (spawnSync('unshare', [...UNSHARE, 'true']).status !== 0) return null;
  // A shell is the first process, for it reaps those whose parents were killed.
  const again = [
    'sh',
    '-c',
    '"$@"; exit $?',
    'campaign',
    process.execPath,
    ...process.execArgv,
    ...process.argv.slice(1),
  ];
  const child = spawn('unshare', [...UNSHARE, ...again], {
    stdio: ['pipe', 'inherit', 'inherit'],
    env: { ...process.env, [INSIDE]: 'yes' },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.stdin.end());
  const [code] = (await once(child, 'close')) as [number | null];
  return code ?? 1;
}
