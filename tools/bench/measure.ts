import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** What a measured command took. */
export interface Took {
  wallMs: number;
  /** Of the command and of all that it has started, user and system. */
  cpuMs: number;
  output: string;
}

const CLI = resolve(import.meta.dirname, '../../out/main/cli.cjs');

/** Runs a shell script and answers what it took. */
export function timeScript(script: string, environment: Record<string, string> = {}): Took {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync('sh', ['-ec', `${script}\ntimes >&2`], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  const wallMs = performance.now() - started;
  if (status !== 0) throw new Error(`${script}: ${stderr}`);
  return { wallMs, cpuMs: cpuOf(stderr), output: stdout };
}

/** The last line that a shell prints of its times: those of its children. */
function cpuOf(stderr: string): number {
  const [, ...numbers] = /(\d+)m([\d.]+)s (\d+)m([\d.]+)s\s*$/.exec(stderr) ?? [];
  const [userMinutes = Number.NaN, user = 0, systemMinutes = 0, system = 0] = numbers.map(Number);
  return ((userMinutes + systemMinutes) * 60 + user + system) * 1000;
}

/** A command of Snapkeep's, as a person types it. */
const commandLine = (args: readonly string[]): string =>
  [process.execPath, CLI, ...args].map((each) => `'${each.replaceAll("'", "'\\''")}'`).join(' ');

/**
 * Runs a command of Snapkeep's and answers what its process took from start to end, and the path in what it printed.
 * @param environment the data folder (`SNAPKEEP_HOME`) and what else it is to find there
 */
export function timeCommand(environment: Record<string, string>, ...args: string[]): Took & { path: string } {
  const took = timeScript(commandLine([...args, '--json']), environment);
  const { path = '' } = JSON.parse(took.output) as { path?: string };
  return { ...took, path };
}

/** The most memory that the largest process of a command has had, in megabytes; on Linux. */
export async function peakMemory(environment: Record<string, string>, ...args: string[]): Promise<number> {
  const command = spawn(process.execPath, [CLI, ...args], {
    env: { ...process.env, ...environment },
    stdio: 'ignore',
  });
  const { pid } = command;
  let peak = 0;
  const looking = setInterval(() => {
    for (const process of pid === undefined ? [] : [pid, ...childrenOf(pid)]) peak = Math.max(peak, peakOf(process));
  }, 10);
  const [code] = await new Promise<unknown[]>((ended) => command.once('close', (...end) => ended(end)));
  clearInterval(looking);
  if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}.`);
  return peak;
}

function childrenOf(pid: number): number[] {
  return read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
}

const peakOf = (pid: number): number => Number(/VmHWM:\s*(\d+)/.exec(read(`/proc/${pid}/status`))?.[1] ?? 0) / 1024;

/** A process may have ended meanwhile. */
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

/** The middle value. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** Prints rows as a table with aligned columns. */
export function printTable(rows: ReadonlyArray<readonly string[]>): void {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const row of rows)
    process.stdout.write(
      `${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')}\n`,
    );
}
