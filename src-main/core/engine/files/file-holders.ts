import { execFile } from 'node:child_process';
import { readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import type { FileHolder } from '../../../../src-shared/model/values.ts';
import { errorCode } from '../engine-errors.ts';
import { sidecarPaths } from './durable-files.ts';

const run = promisify(execFile);

/**
 * The other programs that have a database (or the files SQLite keeps beside it) open, as far as this user may see:
 * from /proc on Linux, from lsof on macOS. Windows has no such list; there an exchange of an open file fails by itself.
 */
export async function findFileHolders(path: string): Promise<FileHolder[]> {
  const real = await realpath(path).catch(() => path);
  const { wal, shm, journal } = sidecarPaths(real);
  const files = new Set([real, wal, shm, journal]);
  if (process.platform === 'linux') return holdersFromProc(files);
  if (process.platform === 'darwin') return holdersFromLsof([...files]);
  return [];
}

async function holdersFromProc(files: ReadonlySet<string>): Promise<FileHolder[]> {
  const holders: FileHolder[] = [];
  for (const entry of await readdir('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || (await isOwn(pid))) continue;
    if (await holdsAny(pid, files)) holders.push({ pid, name: await programName(pid) });
  }
  return holders;
}

/** Whether a process belongs to this service: itself, the process that started it, or another worker of that one. */
async function isOwn(pid: number): Promise<boolean> {
  if (pid === process.pid || pid === process.ppid) return true;
  return (await parentOf(pid)) === process.ppid && (await commandOf(pid)) === (await commandOf(process.pid));
}

/** The second field after the name in parentheses: proc(5). */
async function parentOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? 0);
}

function commandOf(pid: number): Promise<string> {
  return readFile(`/proc/${pid}/cmdline`, 'latin1').catch(() => '');
}

async function holdsAny(pid: number, files: ReadonlySet<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  // Processes end while they are looked at, and those of other users cannot be looked into: neither is ours to report.
  const descriptors = await readdir(folder).catch(() => []);
  const targets = await Promise.all(
    descriptors.map((descriptor) => readlink(`${folder}/${descriptor}`).catch(() => '')),
  );
  return targets.some((target) => files.has(target));
}

async function programName(pid: number): Promise<string> {
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
  return name.trim() || `process ${pid}`;
}

async function holdersFromLsof(files: string[]): Promise<FileHolder[]> {
  try {
    const { stdout } = await run('/usr/sbin/lsof', ['-F', 'pcR', '--', ...files]);
    return othersOf(stdout);
  } catch (error) {
    // lsof ends with 1 when nobody has any of the files open, or one of them is not there, and prints what it found.
    if (error instanceof Error && 'stdout' in error && typeof error.stdout === 'string') return othersOf(error.stdout);
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

function othersOf(output: string): FileHolder[] {
  const holders = parseLsof(output);
  const own = holders.find(({ pid }) => pid === process.pid);
  return holders
    .filter(({ pid }) => pid !== process.pid && pid !== process.ppid)
    .filter(({ parent, name }) => parent !== process.ppid || name !== own?.name)
    .map(({ pid, name }) => ({ pid, name }));
}

/** Reads lsof's field output: for each process a line `p<pid>`, then `R<parent's pid>` and `c<command>` in any order. */
export function parseLsof(output: string): Array<FileHolder & { parent: number }> {
  const holders: Array<FileHolder & { parent: number }> = [];
  for (const line of output.split('\n')) {
    const value = line.slice(1);
    const last = holders.at(-1);
    if (line.startsWith('p')) holders.push({ pid: Number(value), name: '', parent: 0 });
    else if (line.startsWith('c') && last !== undefined) last.name = basename(value);
    else if (line.startsWith('R') && last !== undefined) last.parent = Number(value);
  }
  return holders;
}
