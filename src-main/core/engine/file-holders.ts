import { execFile } from 'node:child_process';
import { readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import type { FileHolder } from '../../../src-shared/model/values.ts';
import { sidecarPaths } from './durable-files.ts';
import { errorCode } from './engine-errors.ts';

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
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    if (await holdsAny(pid, files)) holders.push({ pid, name: await programName(pid) });
  }
  return holders;
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
    const { stdout } = await run('/usr/sbin/lsof', ['-F', 'pc', '--', ...files]);
    return parseLsof(stdout).filter((holder) => holder.pid !== process.pid);
  } catch (error) {
    // lsof ends with 1 when nobody has any of the files open, or one of them is not there, and prints what it found.
    if (error instanceof Error && 'stdout' in error && typeof error.stdout === 'string') return parseLsof(error.stdout);
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Reads lsof's field output: a line `p<pid>` and then a line `c<command>` for each process. */
export function parseLsof(output: string): FileHolder[] {
  const holders: FileHolder[] = [];
  let pid = 0;
  for (const line of output.split('\n')) {
    if (line.startsWith('p')) pid = Number(line.slice(1));
    else if (line.startsWith('c')) holders.push({ pid, name: basename(line.slice(1)) });
  }
  return holders;
}
