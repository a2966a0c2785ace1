import { describe, expect, test } from 'vitest';
import { boundFolders, foldersFrom } from '../../../src-main/platform/container-folders.linux.ts';
import { dataFolders as linux } from '../../../src-main/platform/data-folders.linux.ts';
import { dataFolders as macos } from '../../../src-main/platform/data-folders.macos.ts';
import { dataFolders as windows } from '../../../src-main/platform/data-folders.windows.ts';
import {
  mountsIn,
  storageIn as storageOfLinux,
  unreadIn as unreadOfLinux,
} from '../../../src-main/platform/mounts.linux.ts';
import { storageIn as storageOfMacos, unreadIn as unreadOfMacos } from '../../../src-main/platform/mounts.macos.ts';
import { parseOpenFiles } from '../../../src-main/platform/open-files.macos.ts';

describe('where programs keep data', () => {
  test('on Linux: the folders of XDG, of Flatpak and Snap, the home, and those of services', () => {
    const { folders } = linux({
      home: '/home/ann',
      environment: { XDG_DATA_HOME: '/data/ann', XDG_CONFIG_HOME: 'odd' },
    });
    expect(folders.slice(0, 5)).toEqual([
      '/home/ann/.config',
      '/data/ann',
      '/home/ann/.local/state',
      '/home/ann/.var/app',
      '/home/ann/snap',
    ]);
    expect(folders).toEqual(expect.arrayContaining(['/home/ann', '/var/lib', '/srv', '/opt']));
    // A service without a home does not search the whole machine.
    expect(linux({ home: '/', environment: {} }).folders).not.toContain('/');
  });

  test('on macOS: the library with its containers; what is in a cloud is not fetched', () => {
    const { folders, remote } = macos({ home: '/Users/ann', environment: {} });
    expect(folders.slice(0, 3)).toEqual([
      '/Users/ann/Library/Application Support',
      '/Users/ann/Library/Containers',
      '/Users/ann/Library/Group Containers',
    ]);
    expect(remote).toContain('/Users/ann/Library/Mobile Documents');
  });

  test('on Windows: the variables whatever their case, and what is usual without them', () => {
    const { folders, remote } = windows({
      home: 'C:\\Users\\Ann',
      environment: { AppData: 'D:\\Roaming', OneDrive: 'C:\\Users\\Ann\\OneDrive' },
    });
    expect(folders).toEqual(['D:\\Roaming', 'C:\\Users\\Ann\\AppData\\Local', 'C:\\ProgramData', 'C:\\Users\\Ann']);
    expect(remote).toEqual(['C:\\Users\\Ann\\OneDrive']);
  });
});

const HOST = `
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
23 22 0:21 / /proc rw - proc proc rw
24 22 0:40 / /mnt/nas rw - nfs4 nas:/volume rw
25 22 0:41 / /home/ann/server rw - fuse.sshfs ann@server: rw
26 22 0:42 / /mnt/pool rw - fuse.mergerfs a:b rw
27 22 0:43 / /mnt/my\\040share rw - cifs //nas/share rw
28 22 7:1 / /snap/core/1 ro - squashfs /dev/loop1 ro
29 22 0:44 / /net rw - autofs auto.net rw
30 22 8:2 /@data /data rw - btrfs /dev/sdb1 rw
31 22 0:45 / /run/user/1000/doc rw - fuse.portal portal rw
`;

test('the table of mounts says what a search passes over', () => {
  expect(Object.fromEntries(unreadOfLinux(HOST))).toEqual({
    '/proc': 'virtual',
    '/mnt/nas': 'network',
    '/home/ann/server': 'network',
    '/mnt/my share': 'network',
    '/snap/core/1': 'virtual',
    '/net': 'network',
    '/run/user/1000/doc': 'virtual',
  });
  const mac = `/dev/disk3s1 on / (apfs, local, journaled)
devfs on /dev (devfs, local)
//ann@nas/share on /Volumes/my share (smbfs, nodev)
map auto_home on /System/Volumes/Data/home (autofs, automounted)`;
  expect(Object.fromEntries(unreadOfMacos(mac))).toEqual({
    '/dev': 'virtual',
    '/Volumes/my share': 'network',
    '/System/Volumes/Data/home': 'network',
  });
});

test('disks and shares beside the system’s own are places for snapshots, each device once', async () => {
  const table = `
21 1 8:2 / / rw - ext4 /dev/sda2 rw
22 21 8:1 / /boot rw - vfat /dev/sda1 rw
23 21 8:17 / /media/ann/USB\\040stick rw - vfat /dev/sdb1 rw
24 21 8:33 / /data rw - ext4 /dev/sdc1 rw
25 21 8:33 /shop /srv/shop rw - ext4 /dev/sdc1 rw
26 21 0:50 / /mnt/nas rw - cifs //nas/share rw
27 21 8:2 /old /mnt/old rw - ext4 /dev/sda2 rw
28 21 0:51 / /run/media/ann/card rw - exfat /dev/sdd1 rw
29 21 0:52 / /mnt/memory rw - tmpfs tmpfs rw
30 21 7:1 / /snap/core/1 ro - squashfs /dev/loop1 ro
31 21 0:53 / /net rw - autofs systemd-1 rw`;
  expect(await storageOfLinux(table, async (device) => device === '/dev/sdb1')).toEqual([
    { point: '/media/ann/USB stick', kind: 'removable' },
    { point: '/data', kind: 'disk' },
    { point: '/mnt/nas', kind: 'network' },
    { point: '/run/media/ann/card', kind: 'disk' },
  ]);
  const mac = `/dev/disk3s1 on / (apfs, local, journaled)
/dev/disk4s1 on /Volumes/Backup (apfs, local)
//ann@nas/share on /Volumes/my share (smbfs, nodev)`;
  expect(storageOfMacos(mac)).toEqual([
    { point: '/Volumes/Backup', kind: 'removable' },
    { point: '/Volumes/my share', kind: 'network' },
  ]);
});

test('what a container has mounted is found by its path on this machine', () => {
  const container = mountsIn(`
100 90 0:60 / / rw - overlay overlay rw
101 100 8:1 /var/lib/docker/volumes/vault_data/_data /data rw - ext4 /dev/sda1 rw
102 100 8:2 /@data/shop /shop rw - btrfs /dev/sdb1 rw
103 100 8:1 /var/lib/docker/containers/abc/hosts /etc/hosts rw - ext4 /dev/sda1 rw
104 100 8:1 /usr /run/host/usr ro - ext4 /dev/sda1 rw
105 100 8:1 / /host ro - ext4 /dev/sda1 rw
106 100 8:1 /srv/same /srv/same rw - ext4 /dev/sda1 rw
107 100 9:9 /elsewhere /elsewhere rw - ext4 /dev/sdc1 rw`);
  expect(foldersFrom(mountsIn(HOST), container)).toEqual(['/var/lib/docker/volumes/vault_data/_data', '/data/shop']);
  const description = {
    MountPoints: { '/data': { Source: '/srv/vault' }, '/x': { Source: '' }, '/y': null, '/z': {} },
  };
  expect(boundFolders(JSON.stringify(description))).toEqual(['/srv/vault']);
  for (const text of ['', '{', 'null', '[]', '{"MountPoints":[1]}']) expect(boundFolders(text)).toEqual([]);
});

test('lsof’s output names who has which file open', () => {
  const output = ['p7', 'R1', 'cAnki', 'f3', 'tREG', 'n/Users/ann/collection.anki2', 'f4', 'tIPv4', 'nlocalhost:80'];
  const own = [`p${process.pid}`, 'R1', 'cnode', 'f5', 'tREG', 'n/own.db'];
  expect(parseOpenFiles([...output, ...own].join('\n'))).toEqual([
    { path: '/Users/ann/collection.anki2', identity: null, holder: { pid: 7, name: 'Anki' } },
  ]);
});
