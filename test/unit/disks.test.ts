import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { disksInTable } from '../../src-main/platform/disks.linux.ts';
import { disksUnder } from '../../src-main/platform/disks.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

/** A folder like `/sys` with disks that have partitions, and devices that are made of others. */
function describeDevices(disks: Record<string, string[]>, madeOf: Record<string, string[]>): string {
  const sys = realpathSync(temporaryFolder());
  for (const folder of ['class/block', 'dev/block']) mkdirSync(join(sys, folder), { recursive: true });
  const add = (name: string, ...around: string[]): string => {
    const device = join(sys, 'devices', ...around, name);
    mkdirSync(device, { recursive: true });
    symlinkSync(device, join(sys, 'class/block', name));
    return device;
  };
  for (const [disk, partitions] of Object.entries(disks)) {
    mkdirSync(join(add(disk), 'slaves'));
    for (const name of partitions) writeFileSync(join(add(name, disk), 'partition'), '1\n');
  }
  for (const [name, parts] of Object.entries(madeOf)) {
    const slaves = join(add(name), 'slaves');
    mkdirSync(slaves);
    for (const part of parts) symlinkSync(realpathSync(join(sys, 'class/block', part)), join(slaves, part));
  }
  return sys;
}

const TABLE = `
22 1 0:31 /@ / rw,relatime shared:1 - btrfs /dev/sda3 rw,subvol=/@
23 22 0:44 /@home /home rw,relatime - btrfs /dev/sda3 rw,subvol=/@home
24 22 8:1 / /boot/efi rw - vfat /dev/sda1 rw
25 22 8:17 / /srv/data rw - ext4 /dev/sdb1 rw
26 22 259:2 / /var rw - xfs /dev/nvme0n1p2 rw
27 22 0:50 / /encrypted rw - btrfs /dev/mapper/luks-1 rw
28 22 9:0 / /array rw - ext4 /dev/md0 rw
29 22 0:40 / /mnt/nas rw - nfs4 nas:/volume rw
30 22 0:41 / /tmp rw - tmpfs tmpfs rw
31 22 8:2 / /old rw - ext4 /dev/root rw
32 22 7:1 / /gone rw - ext4 /dev/loop9 rw
`;

test('subvolumes, partitions, encrypted volumes and arrays are led back to their disks', async () => {
  const sys = describeDevices(
    { sda: ['sda1', 'sda2', 'sda3'], sdb: ['sdb1', 'sdb2'], nvme0n1: ['nvme0n1p2', 'nvme0n1p3'] },
    { 'dm-0': ['nvme0n1p3'], md0: ['sdb2', 'dm-0'] },
  );
  symlinkSync(join(sys, 'devices/sda/sda2'), join(sys, 'dev/block/8:2'));
  const follow = async (name: string): Promise<string> => (name === '/dev/mapper/luks-1' ? '/dev/dm-0' : name);
  const disks = (path: string) => disksInTable(TABLE, path, sys, follow);
  expect(await disks('/app.db')).toEqual(['sda']);
  expect(await disks('/home/ann/backups')).toEqual(['sda']);
  expect(await disks('/boot/efi')).toEqual(['sda']);
  expect(await disks('/srv/data/app.db')).toEqual(['sdb']);
  expect(await disks('/var/lib/app.db')).toEqual(['nvme0n1']);
  expect(await disks('/encrypted/app.db')).toEqual(['nvme0n1']);
  expect(await disks('/array/backups')).toEqual(['nvme0n1', 'sdb']);
  expect(await disks('/old/app.db')).toEqual(['sda']);
  // Shares and memory are on no disk, and of a device that is not described nothing is known.
  for (const path of ['/mnt/nas', '/tmp/app.db', '/gone/app.db']) expect(await disks(path)).toBeNull();
});

test('two folders of one file system are on one disk, and what is missing is an error', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'backups'));
  expect(await disksUnder(join(folder, 'backups'))).toEqual(await disksUnder(folder));
  await expect(disksUnder(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'ENOENT' });
});
