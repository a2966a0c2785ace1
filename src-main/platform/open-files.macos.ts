import { execFile } from 'node:child_process';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { errorCode } from './error-code.ts';
import type { OpenFile } from './open-files.ts';

const run = promisify(execFile);
/** Some thousand processes with some hundred files each. */
const MOST_BYTES = 256 * 1024 * 1024;

/** What lsof tells of the files that processes have open. */
export async function openFiles(isUnread: (path: string) => boolean): Promise<OpenFile[]> {
  try {
    const { stdout } = await run('/usr/sbin/lsof', ['-n', '-P', '-w', '-F', 'pcRtn'], { maxBuffer: MOST_BYTES });
    return parseOpenFiles(stdout).filter(({ path }) => path !== null && !isUnread(path));
  } catch (error) {
    // It ends with 1 when some files could not be told, and prints the others.
    if (error instanceof Error && 'stdout' in error && typeof error.stdout === 'string')
      return parseOpenFiles(error.stdout).filter(({ path }) => path !== null && !isUnread(path));
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Reads lsof’s field output: for each process `p`, `c` and `R`, then for each file its type `t` and its name `n`. */
export function parseOpenFiles(output: string): OpenFile[] {
  const open: OpenFile[] = [];
  let [pid, parent, name, type] = [0, 0, '', ''];
  for (const line of output.split('\n')) {
    const value = line.slice(1);
    if (line.startsWith('p')) [pid, parent, name, type] = [Number(value), 0, '', ''];
    else if (line.startsWith('c')) name = basename(value);
    else if (line.startsWith('R')) parent = Number(value);
    else if (line.startsWith('t')) type = value;
    else if (line.startsWith('n') && type === 'REG' && !isOwn(pid, parent))
      open.push({ path: value, identity: null, holder: { pid, name } });
  }
  return open;
}

const isOwn = (pid: number, parent: number): boolean =>
  pid === process.pid || pid === process.ppid || (parent === process.ppid && parent > 1);
