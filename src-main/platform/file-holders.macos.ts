import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import type { FileHolder } from '../../src-shared/model/values.ts';
import { errorCode } from './error-code.ts';

const run = promisify(execFile);

/** The other programs that have one of the files open, as lsof tells. */
export async function fileHolders(files: ReadonlySet<string>): Promise<FileHolder[]> {
  try {
    const { stdout } = await run('/usr/sbin/lsof', ['-F', 'pcR', '--', ...files]);
    return othersOf(stdout);
  } catch (error) {
    // lsof ends with 1 when nobody has any of the files open, or one of them is missing, and prints what it found.
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
