import { access, readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorCode } from './error-code.ts';
import { mountIn, mountTable } from './mounts.linux.ts';

/** Returns the disks that a path is on. @param path canonical */
export async function disksOf(path: string): Promise<string[] | null> {
  return disksInTable(await mountTable(), path);
}

/**
 * The same of a table of mounts. The subvolumes of Btrfs have device numbers of their own and share what is mounted; a
 * partition, an encrypted or logical volume and an array are led back to the disks below.
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
  if (mount === undefined || !mount.source.startsWith('/dev/')) return null;
  const name = basename((await orNull(follow(mount.source))) ?? mount.source);
  const device =
    (await orNull(realpath(join(sys, 'class/block', name)))) ??
    (await orNull(realpath(join(sys, 'dev/block', mount.device))));
  return device === null ? null : disksBelow(device);
}

async function disksBelow(device: string): Promise<string[]> {
  const parts = (await orNull(readdir(join(device, 'slaves')))) ?? [];
  if (parts.length === 0) return [basename((await exists(join(device, 'partition'))) ? dirname(device) : device)];
  const below = parts.map(async (part) => disksBelow(await realpath(join(device, 'slaves', part))));
  return [...new Set((await Promise.all(below)).flat())].sort();
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
