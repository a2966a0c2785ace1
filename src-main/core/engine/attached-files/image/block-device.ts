import { constants } from 'node:fs';
import { type FileHandle, open, readdir, readFile, stat } from 'node:fs/promises';
import { SnapkeepError } from '../../../../../src-shared/contract/errors.ts';
import { mountTable } from '../../../../platform/mounts.ts';
import { errorCode, explainError } from '../../engine-errors.ts';

/** A file or device that an image is taken of or written to. */
export interface ImageStat {
  kind: 'file' | 'device';
  bytes: number;
}

/**
 * What a path is. The size of a device is where its end is found.
 * @throws SnapkeepError `NOT_FOUND`, `PERMISSION`; `INVALID_PARAMS` for what is neither a file nor a block device
 */
export async function statImage(path: string): Promise<ImageStat> {
  try {
    const info = await stat(path);
    if (info.isFile()) return { kind: 'file', bytes: info.size };
    if (!info.isBlockDevice()) {
      throw new SnapkeepError('INVALID_PARAMS', `${path} is neither a file nor a block device.`, {
        hint: 'Choose an image file, or a device such as /dev/sdb or /dev/mmcblk0.',
      });
    }
    await using handle = await open(path, 'r');
    return { kind: 'device', bytes: await findEnd(async (at) => isReadable(handle, at)) };
  } catch (error) {
    throw explainError(error, path);
  }
}

/** One byte can be read there. */
async function isReadable(handle: FileHandle, at: number): Promise<boolean> {
  const { bytesRead } = await handle.read(Buffer.alloc(1), 0, 1, at);
  return bytesRead === 1;
}

/**
 * The number of bytes of something that only tells whether a byte can be read at an offset, found in some hundred
 * reads: Node cannot seek to the end of a device.
 */
export async function findEnd(hasByte: (at: number) => Promise<boolean>): Promise<number> {
  if (!(await hasByte(0))) return 0;
  let there = 0;
  let beyond = 1;
  while (await hasByte(beyond)) {
    there = beyond;
    beyond *= 2;
  }
  while (beyond - there > 1) {
    const middle = there + Math.floor((beyond - there) / 2);
    if (await hasByte(middle)) there = middle;
    else beyond = middle;
  }
  return beyond;
}

/**
 * Makes sure that nobody uses a device: neither it nor a part of it is mounted, nor swapped to.
 * @throws SnapkeepError `BUSY` with the mount point
 */
export async function requireUnmounted(path: string): Promise<void> {
  if (mountTable === null) return;
  try {
    const numbers = await deviceNumbers((await stat(path)).rdev);
    const mountPoint = mountedAt(numbers, await mountTable());
    if (mountPoint === undefined) return;
    throw new SnapkeepError('BUSY', `${path} is mounted at ${mountPoint}.`, {
      hint: `Nothing was written. Unmount it first: umount ${mountPoint}`,
    });
  } catch (error) {
    throw explainError(error, path);
  }
}

/** The numbers `major:minor` of a device and of the partitions in it. */
async function deviceNumbers(rdev: number): Promise<string[]> {
  const own = `${(rdev >> 8) & 0xfff}:${(rdev & 0xff) | ((rdev >> 12) & 0xfff00)}`;
  const folder = `/sys/dev/block/${own}`;
  const numbers = [own];
  try {
    for (const name of await readdir(folder)) {
      try {
        await stat(`${folder}/${name}/partition`);
        numbers.push((await readFile(`${folder}/${name}/dev`, 'utf8')).trim());
      } catch (error) {
        if (!['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) throw error;
      }
    }
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
  return numbers;
}

/** Where one of the devices is mounted, by what `/proc/self/mountinfo` says; its third field is the device. */
export function mountedAt(numbers: readonly string[], table: string): string | undefined {
  for (const line of table.split('\n')) {
    const [, , device = '', , mountPoint] = line.split(' ');
    if (numbers.includes(device)) return mountPoint;
  }
  return undefined;
}

/**
 * Opens a device to be written, for this process alone: the kernel refuses it while anything else uses it, whatever the
 * table of mounts says.
 * @throws SnapkeepError `BUSY`, `PERMISSION`
 */
export async function openDevice(path: string): Promise<FileHandle> {
  await requireUnmounted(path);
  try {
    return await open(path, constants.O_RDWR | constants.O_EXCL);
  } catch (error) {
    if (errorCode(error) !== 'EBUSY') throw explainError(error, path);
    throw new SnapkeepError('BUSY', `${path} is in use.`, {
      hint: 'Nothing was written. Unmount it, stop its users (swap, RAID, LVM), and try again.',
      cause: error,
    });
  }
}
