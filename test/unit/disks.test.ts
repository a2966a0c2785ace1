import { execFileSync } from 'node:child_process';
import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { disksInTable } from '../../src-main/platform/disks.linux.ts';
import { disksUnder } from '../../src-main/platform/disks.ts';
import { canMount } from '../support/can-mount.ts';
import { loops, makeDevice } from '../support/loop-device.ts';
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
33 22 0:42 / /mnt/photos rw - cifs //NAS/photos rw
34 22 0:43 / /mnt/six rw - nfs [fd00::1]:/a rw
35 22 0:45 / /mnt/ssh rw - fuse.sshfs ann@host.example:/home rw
36 22 0:46 / /tank rw - zfs tank rw
37 22 0:47 / /tank/db rw - zfs tank/db rw
38 22 0:48 / /other rw - zfs other/db rw
39 22 7:2 / /image rw - ext4 /dev/loop2 rw
40 22 259:9 / /part rw - ext4 /dev/loop3p1 rw
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
  // Memory is no disk, and of a device that is not described nothing is known.
  for (const path of ['/tmp/app.db', '/gone/app.db']) expect(await disks(path)).toBeNull();
});

test('shares of one server, datasets of one pool, and image files with the disk that they are on', async () => {
  const sys = describeDevices({ sda: ['sda3'], sdb: ['sdb1'], loop2: [], loop3: ['loop3p1'] }, {});
  for (const [loop, file] of [
    ['loop2', '/srv/data/image file.img'],
    ['loop3', '/image/inner.img (deleted)'],
  ] as const) {
    const folder = join(sys, 'devices', loop, 'loop');
    mkdirSync(folder);
    writeFileSync(join(folder, 'backing_file'), `${file}\n`);
  }
  const disks = (path: string) => disksInTable(TABLE, path, sys, async (name) => name);
  expect(await disks('/mnt/nas/app.db')).toEqual(['server nas']);
  expect(await disks('/mnt/photos')).toEqual(['server nas']);
  expect(await disks('/mnt/six')).toEqual(['server [fd00::1]']);
  expect(await disks('/mnt/ssh')).toEqual(['server host.example']);
  for (const path of ['/tank/app.db', '/tank/db/app.db']) expect(await disks(path)).toEqual(['pool tank']);
  expect(await disks('/other/app.db')).toEqual(['pool other']);
  for (const path of ['/image/app.db', '/part/app.db']) expect(await disks(path)).toEqual(['sdb']);
});

test.skipIf(!loops || !canMount)('a mounted image file is on the disk of the file', async () => {
  const folder = temporaryFolder();
  const device = makeDevice(folder, 'image', 16 * 1024 * 1024);
  execFileSync('mkfs.ext4', ['-q', device]);
  const point = join(folder, 'point');
  mkdirSync(point);
  execFileSync('mount', [device, point]);
  try {
    expect(await disksUnder(point)).toEqual(await disksUnder(folder));
  } finally {
    execFileSync('umount', [point]);
  }
});

test('two folders of one file system are on one disk, and what is missing is an error', async () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'backups'));
  expect(await disksUnder(join(folder, 'backups'))).toEqual(await disksUnder(folder));
  await expect(disksUnder(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'ENOENT' });
});
