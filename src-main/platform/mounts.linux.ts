import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from './error-code.ts';
import type { MountFacts } from './mounts.ts';

interface Mount {
  readonly point: string;
  readonly fileSystem: string;
  readonly source: string;
}

const NETWORK = /^(nfs\d?|cifs|smb\d?|smbfs|afs|ceph|glusterfs|9p|davfs2?|fuse\.(sshfs|rclone|s3fs|davfs|glusterfs))$/;
const MEMORY = /^(tmpfs|ramfs)$/;

/** What is mounted where, as `/proc/self/mountinfo` says. */
export const mountTable = (): Promise<string> => readFile('/proc/self/mountinfo', 'utf8');

/** What the table of mounts tells of the mount that a path is on. */
export async function mountOf(path: string): Promise<MountFacts> {
  return factsFromTable(await mountTable(), path, isRemovable);
}

/**
 * Finds the mount of a path in what `/proc/self/mountinfo` says.
 * @param removable whether a device such as `/dev/sdb1` can be taken out
 */
export async function factsFromTable(
  table: string,
  path: string,
  removable: (device: string) => Promise<boolean>,
): Promise<MountFacts> {
  let found: Mount | undefined;
  for (const line of table.split('\n')) {
    const mount = parseLine(line);
    // Of several mounts at one path the last one is visible.
    if (mount && isWithin(path, mount.point) && mount.point.length >= (found?.point.length ?? 0)) found = mount;
  }
  if (found === undefined) return { kind: 'unknown', fileSystem: null, mountPoint: null };
  const { fileSystem, point: mountPoint } = found;
  const kind = NETWORK.test(fileSystem)
    ? 'network'
    : MEMORY.test(fileSystem)
      ? 'memory'
      : (await removable(found.source))
        ? 'removable'
        : 'disk';
  return { kind, fileSystem, mountPoint };
}

/** A line is `id parent major:minor root point options… - type source options`; blanks in paths are written `\040`. */
function parseLine(line: string): Mount | undefined {
  const [before, after] = line.split(' - ');
  const point = before?.split(' ')[4];
  const [fileSystem, source] = after?.split(' ') ?? [];
  if (point === undefined || fileSystem === undefined || source === undefined) return undefined;
  return { point: unescapeOctal(point), fileSystem, source: unescapeOctal(source) };
}

const unescapeOctal = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

const isWithin = (path: string, point: string): boolean =>
  point === '/' || path === point || path.startsWith(`${point}/`);

async function isRemovable(device: string): Promise<boolean> {
  const name = /^\/dev\/(\w+)$/.exec(device)?.[1];
  if (name === undefined) return false;
  // A partition has no such file of its own; its disk is one folder up.
  for (const file of ['removable', '../removable']) {
    try {
      return (await readFile(join(await realpath(`/sys/class/block/${name}`), file), 'utf8')).trim() === '1';
    } catch (error) {
      if (!['ENOENT', 'EACCES'].includes(errorCode(error) ?? '')) throw error;
    }
  }
  return false;
}
