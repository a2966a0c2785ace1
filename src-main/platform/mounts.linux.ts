import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from './error-code.ts';
import type { MountFacts, StorageMount, UnreadMount } from './mounts.ts';

/** A line of the table of mounts. */
export interface Mount {
  /** Major and minor number of the device. */
  readonly device: string;
  /** What of its file system is mounted. */
  readonly root: string;
  readonly point: string;
  readonly fileSystem: string;
  readonly source: string;
}

const NETWORK = /^(nfs\d?|cifs|smb\d?|smbfs|afs|ceph|glusterfs|9p|davfs2?|fuse\.(sshfs|rclone|s3fs|davfs|glusterfs))$/;
const MEMORY = /^(tmpfs|ramfs)$/;
/** What file systems in user space keep on disks of this machine; the others fetch from elsewhere. */
const LOCAL_FUSE =
  /^(fuseblk|fuse\.(ntfs(-3g)?|exfat|mergerfs|shfs|bindfs|unionfs(-fuse)?|encfs|gocryptfs|cryfs|securefs|fuse-overlayfs|zfs))$/;
const VIRTUAL =
  /^(proc|sysfs|cgroup2?|devtmpfs|devpts|debugfs|tracefs|securityfs|pstore|bpf|configfs|fusectl|mqueue|hugetlbfs|efivarfs|binfmt_misc|rpc_pipefs|nsfs|squashfs|erofs|iso9660|udf|fuse\.(lxcfs|portal|gvfsd-fuse))$/;

/** What is mounted where, as `/proc/self/mountinfo` says. */
export const mountTable = (): Promise<string> => readFile('/proc/self/mountinfo', 'utf8');

/** What the table of mounts tells of the mount that a path is on. */
export async function mountOf(path: string): Promise<MountFacts> {
  return factsFromTable(await mountTable(), path, isRemovable);
}

/** Returns the mount points that a search passes over: shares, what mounts them when it is touched, and what is no disk. */
export async function unreadMounts(): Promise<Map<string, UnreadMount>> {
  return unreadIn(await mountTable());
}

/** The same of a table. */
export function unreadIn(table: string): Map<string, UnreadMount> {
  const unread = new Map<string, UnreadMount>();
  for (const { point, fileSystem } of mountsIn(table)) {
    const fetched = NETWORK.test(fileSystem) || fileSystem === 'autofs' || isFetchingFuse(fileSystem);
    if (VIRTUAL.test(fileSystem)) unread.set(point, 'virtual');
    else if (fetched) unread.set(point, 'network');
    // Of several mounts at one path the last one is visible.
    else unread.delete(point);
  }
  return unread;
}

const isFetchingFuse = (fileSystem: string): boolean => /^fuse(\.|$)/.test(fileSystem) && !LOCAL_FUSE.test(fileSystem);

/** Mount points of the system itself, and of programs that keep containers and packages. */
const OF_SYSTEM = /^\/(boot|dev|efi|etc|home|nix|opt|proc|root|run(?!\/media\/)|snap|sys|tmp|usr|var)(\/|$)/;

/** Returns the disks and shares that are mounted beside the system’s own. */
export async function storageMounts(): Promise<StorageMount[]> {
  return storageIn(await mountTable(), isRemovable);
}

/** The same of a table; of several mounts of one device, the first. */
export async function storageIn(
  table: string,
  removable: (device: string) => Promise<boolean>,
): Promise<StorageMount[]> {
  const mounts = mountsIn(table);
  const seen = new Set(mounts.filter(({ point }) => point === '/').map(({ device }) => device));
  const storage = mounts.filter(({ device, point, fileSystem }) => {
    const isNone = VIRTUAL.test(fileSystem) || MEMORY.test(fileSystem) || /^(autofs|overlay)$/.test(fileSystem);
    if (isNone || OF_SYSTEM.test(`${point}/`) || seen.has(device)) return false;
    seen.add(device);
    return true;
  });
  return Promise.all(
    storage.map(async ({ point, fileSystem, source }) => ({
      point,
      kind: NETWORK.test(fileSystem) ? 'network' : (await removable(source)) ? 'removable' : 'disk',
    })),
  );
}

/** Returns the mounts of a table. @param table as `/proc/self/mountinfo` and that of another process have it */
export function mountsIn(table: string): Mount[] {
  return table
    .split('\n')
    .map(parseLine)
    .filter((mount) => mount !== undefined);
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
  const found = mountIn(table, path);
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

/** Returns the mount of a table that a path is on. @param path canonical */
export function mountIn(table: string, path: string): Mount | undefined {
  let found: Mount | undefined;
  for (const mount of mountsIn(table)) {
    // Of several mounts at one path the last one is visible.
    if (isWithin(path, mount.point) && mount.point.length >= (found?.point.length ?? 0)) found = mount;
  }
  return found;
}

/** A line is `id parent major:minor root point options… - type source options`; blanks in paths are written `\040`. */
function parseLine(line: string): Mount | undefined {
  const [before, after] = line.split(' - ');
  const [, , device, root, point] = before?.split(' ') ?? [];
  const [fileSystem, source] = after?.split(' ') ?? [];
  if (device === undefined || root === undefined || point === undefined) return undefined;
  if (fileSystem === undefined || source === undefined) return undefined;
  return { device, root: unescapeOctal(root), point: unescapeOctal(point), fileSystem, source: unescapeOctal(source) };
}

const unescapeOctal = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

const isWithin = (path: string, point: string): boolean =>
  point === '/' || path === point || path.startsWith(`${point}/`);

async function isRemovable(device: string): Promise<boolean> {
  const name = /^\/dev\/(\w+)$/.exec(device)?.[1];
  if (name === undefined) return false;
  // A partition has no such file; that of its disk is one folder up.
  for (const file of ['removable', '../removable']) {
    try {
      return (await readFile(join(await realpath(`/sys/class/block/${name}`), file), 'utf8')).trim() === '1';
    } catch (error) {
      if (!['ENOENT', 'EACCES'].includes(errorCode(error) ?? '')) throw error;
    }
  }
  return false;
}
