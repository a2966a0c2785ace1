import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { MountFacts, StorageMount, UnreadMount } from './mounts.ts';

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

/** Returns the disks and shares that are mounted beside the system’s own. */
export async function storageMounts(): Promise<StorageMount[]> {
  return storageIn((await run('/sbin/mount')).stdout);
}

/** The same of what `mount` prints. */
export function storageIn(table: string): StorageMount[] {
  return mountsIn(table).flatMap(({ point, type }) => {
    if (!point.startsWith('/Volumes/') || VIRTUAL.test(type)) return [];
    return [{ point, kind: NETWORK.test(type) ? ('network' as const) : ('removable' as const) }];
  });
}

/** Returns the mount points of what `mount` prints that a search passes over. */
export function unreadIn(table: string): Map<string, UnreadMount> {
  const unread = new Map<string, UnreadMount>();
  for (const { point, type } of mountsIn(table)) {
    if (NETWORK.test(type)) unread.set(point, 'network');
    else if (VIRTUAL.test(type)) unread.set(point, 'virtual');
  }
  return unread;
}

/** Reads what `mount` prints: lines of `source on point (type, options…)`. */
function mountsIn(table: string): Array<{ point: string; type: string }> {
  return table.split('\n').flatMap((line) => {
    const [on, options] = [line.indexOf(' on /'), line.lastIndexOf(' (')];
    if (on < 0 || options < on) return [];
    const type = /^\w+/.exec(line.slice(options + ' ('.length))?.[0] ?? '';
    return [{ point: line.slice(on + ' on '.length, options), type }];
  });
}
