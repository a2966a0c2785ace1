import { access, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorCode } from './error-code.ts';
import { mountIn, mountTable } from './mounts.linux.ts';

/** Shares that name the server they come from. */
const SHARED = /^(nfs\d?|cifs|smb\d?|smbfs|fuse\.sshfs)$/;

/** Names the device of a file system by its number, where no disk is known. */
export const deviceOf = async (path: string): Promise<string> => `device ${(await stat(path)).dev}`;

/** Returns the disks that a path is on. @param path canonical */
export async function disksOf(path: string): Promise<string[] | null> {
  return disksInTable(await mountTable(), path);
}

/**
 * The same of a table of mounts. The subvolumes of Btrfs have device numbers of their own and share what is mounted; a
 * partition, an encrypted or logical volume and an array are led back to the disks below, and an image file to the disk
 * that it is on. The datasets of a ZFS pool are lost together, and so are the shares of one server.
 * @param sys where the system describes its devices
 * @param follow leads from a name such as `/dev/mapper/home` to that of the device
 * @returns `null`: the path is on no disk of this machine, or the system does not tell
 */
export async function disksInTable(
  table: string,
  path: string,
  sys = '/sys',
  follow: (name: string) => Promise<string> = realpath,
): Promise<string[] | null> {
  const mount = mountIn(table, path);
  if (mount === undefined) return null;
  const server = SHARED.test(mount.fileSystem) ? serverOf(mount.source) : undefined;
  if (server !== undefined) return [`server ${server}`];
  if (mount.fileSystem === 'zfs') return [`pool ${mount.source.replace(/\/.*/, '')}`];
  if (!mount.source.startsWith('/dev/')) return null;
  const name = basename((await orNull(follow(mount.source))) ?? mount.source);
  const device =
    (await orNull(realpath(join(sys, 'class/block', name)))) ??
    (await orNull(realpath(join(sys, 'dev/block', mount.device))));
  return device === null ? null : disksBelow(device, (file) => disksInTable(table, file, sys, follow));
}

/** The host of `nas:/volume`, `[fd00::1]:/volume`, `//nas/share` and `ann@nas:/home`. */
function serverOf(source: string): string | undefined {
  return /^(?:\/\/|[^@/]*@)?(\[[^\]]+\]|[^:/]+)[:/]/.exec(source)?.[1]?.toLowerCase();
}

/** @param disksOfFile finds the disks of the file that a loop device is kept in */
async function disksBelow(device: string, disksOfFile: (file: string) => Promise<string[] | null>): Promise<string[]> {
  const parts = (await orNull(readdir(join(device, 'slaves')))) ?? [];
  if (parts.length > 0) {
    const below = parts.map(async (part) => disksBelow(await realpath(join(device, 'slaves', part)), disksOfFile));
    return [...new Set((await Promise.all(below)).flat())].sort();
  }
  const whole = (await exists(join(device, 'partition'))) ? dirname(device) : device;
  const file = (await orNull(readFile(join(whole, 'loop/backing_file'), 'utf8')))?.trimEnd();
  const disks =
    file === undefined ? null : ((await disksOfFile(file)) ?? (await orNull(deviceOf(file).then(Array.of))));
  return disks ?? [basename(whole)];
}

const exists = async (path: string): Promise<boolean> => (await orNull(access(path).then(() => true))) ?? false;

/** What is missing or closed to this process is not told. */
async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes(errorCode(error) ?? '')) return null;
    throw error;
  }
}
