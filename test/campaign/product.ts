import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cleanUpLater } from './clean-up.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** The Node.js that the product runs on. */
export const NODE = resolve(ROOT, 'node_modules/.bin/node');
const COMMAND_LINE = resolve(ROOT, 'out/main/cli.cjs');
/** A command that takes longer hangs, in milliseconds. */
const LIMIT_MS = 120_000;
/** What Node.js has compiled, so that the many commands begin sooner. */
const COMPILED = mkdtempSync(join(tmpdir(), 'snapkeep-compiled-'));
cleanUpLater(() => rmSync(COMPILED, { recursive: true, force: true }));
/** Whether the processes of others can be looked at. */
export const seesProcesses = process.platform === 'linux';

/** How a command ended. */
export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A command of the built product that is running. */
export interface Started {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
}

/**
 * Starts the built command line as a person would, in a process group of its own.
 * @param wrapper a program that starts it, with its arguments, for example strace
 */
export function start(
  home: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  wrapper: string[] = [],
): Started {
  const [file = NODE, ...rest] = [...wrapper, NODE, COMMAND_LINE, ...args];
  const child = spawn(file, rest, {
    detached: true,
    env: { ...process.env, ...env, SNAPKEEP_HOME: home, NODE_NO_WARNINGS: '1', NODE_COMPILE_CACHE: COMPILED },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => {
    stdout += data;
  });
  child.stderr.on('data', (data: Buffer) => {
    stderr += data;
  });
  let running = true;
  const stop = cleanUpLater(() => {
    if (running) killGroup(child);
  });
  const limit = setTimeout(() => killGroup(child), LIMIT_MS);
  const ended = once(child, 'close').then(([code]) => {
    clearTimeout(limit);
    running = false;
    stop();
    return { code: code as number | null, stdout, stderr };
  });
  return { process: child, ended };
}

/** Runs a command to its end. */
export function run(home: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return start(home, args, env).ended;
}

/** Runs a command that must succeed, and answers what it printed. @throws Error */
export async function succeed(home: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const { code, stdout, stderr } = await run(home, args, env);
  if (code !== 0) throw new Error(`snapkeep ${args.join(' ')} ended with ${code}: ${stderr}${stdout}`);
  return stdout;
}

/** The environment in which what replaces something dies with its worker process right before a step of it. */
export function dieAtStep(step: 'replacing the database'): NodeJS.ProcessEnv {
  const file = resolve(ROOT, 'test/support/die-at-step.ts');
  return { NODE_OPTIONS: `--import=${pathToFileURL(file)}`, DIE_AT_STEP: step, DIE_WHO: 'all' };
}

/** Who is killed: the command with its children, the command alone, or one of its children. */
export type Victim = 'all' | 'command' | 'child';

/** Kills as a power cut or an impatient person would. Where there is no child at this instant, none is killed. */
export function kill({ process: child }: Started, victim: Victim): void {
  if (victim === 'all') killGroup(child);
  else if (victim === 'command') child.kill('SIGKILL');
  else for (const pid of childrenOf(child.pid ?? 0).slice(0, 1)) signal(pid);
}

/** The processes of a command's group that still run, as far as they can be seen. */
export function survivors({ process: child }: Started): number[] {
  if (!seesProcesses) return [];
  return processes()
    .filter(({ group }) => group === child.pid)
    .map(({ pid }) => pid);
}

function killGroup(child: ChildProcess): void {
  if (child.pid !== undefined) signal(-child.pid);
}

function signal(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

function childrenOf(parent: number): number[] {
  return processes()
    .filter((each) => each.parent === parent)
    .map(({ pid }) => pid);
}

/** From /proc/<pid>/stat, whose second field is a name in parentheses: proc(5). Processes that have ended are left out. */
function processes(): Array<{ pid: number; parent: number; group: number }> {
  return readdirSync('/proc').flatMap((entry) => {
    if (!/^\d+$/.test(entry)) return [];
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'latin1');
      const [state, parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return state === 'Z' ? [] : [{ pid: Number(entry), parent: Number(parent), group: Number(group) }];
    } catch {
      return [];
    }
  });
}
