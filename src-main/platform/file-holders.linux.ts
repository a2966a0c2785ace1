import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';
import type { FileHolder } from '../../src-shared/model/values.ts';

const NODE_THREAD = 'MainThread';

/** The other programs that have one of the files open, as `/proc` tells. */
export async function fileHolders(files: ReadonlySet<string>): Promise<FileHolder[]> {
  const holders: FileHolder[] = [];
  for (const entry of await readdir('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || (await isOwn(pid))) continue;
    if (await holdsAny(pid, files)) holders.push({ pid, name: await programName(pid) });
  }
  return holders;
}

/** Whether a process belongs to this service: itself, the process that started it, or another worker of that one. */
export async function isOwn(pid: number): Promise<boolean> {
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
  // Processes end while they are read, and those of other users cannot be read: neither is an error.
  const descriptors = await readdir(folder).catch(() => []);
  const targets = await Promise.all(
    descriptors.map((descriptor) => readlink(`${folder}/${descriptor}`).catch(() => '')),
  );
  return targets.some((target) => files.has(target));
}

/** The name of a program by the number of its process. */
export async function programName(pid: number): Promise<string> {
  const name = await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '');
  // Programs that run in Node are called by their thread there.
  const own = name.trim() === NODE_THREAD ? basename(await readlink(`/proc/${pid}/exe`).catch(() => '')) : name.trim();
  return own || `process ${pid}`;
}
