import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { MountFacts, UnreadMount } from './mounts.ts';

const run = promisify(execFile);

const NETWORK = /^(smbfs|nfs|afpfs|webdav|ftp|cifs|autofs|macfuse|osxfuse|fuse\w*)$/;
const VIRTUAL = /^(devfs|nullfs|lifs|cd9660|udf)$/;

/** Other disks and shares are mounted in /Volumes. */
export async function mountOf(path: string): Promise<MountFacts> {
  const volume = /^\/Volumes\/[^/]+/.exec(path)?.[0] ?? null;
  return { kind: volume === null ? 'unknown' : 'removable', fileSystem: null, mountPoint: volume };
}

/** Returns the mount points that a search passes over. */
export async function unreadMounts(): Promise<Map<string, UnreadMount>> {
  return unreadIn((await run('/sbin/mount')).stdout);
}

/** Reads what `mount` prints: lines of `source on point (type, options…)`. */
export function unreadIn(table: string): Map<string, UnreadMount> {
  const unread = new Map<string, UnreadMount>();
  for (const line of table.split('\n')) {
    const [on, options] = [line.indexOf(' on /'), line.lastIndexOf(' (')];
    if (on < 0 || options < on) continue;
    const point = line.slice(on + ' on '.length, options);
    const type = /^\w+/.exec(line.slice(options + ' ('.length))?.[0] ?? '';
    if (NETWORK.test(type)) unread.set(point, 'network');
    else if (VIRTUAL.test(type)) unread.set(point, 'virtual');
  }
  return unread;
}
