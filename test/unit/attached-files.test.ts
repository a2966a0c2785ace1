import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareEntries } from '../../src-main/core/engine/attached-files/folder/compare-folder.ts';
import { decimalSeconds, type Entry } from '../../src-main/core/engine/attached-files/folder/folder-entry.ts';
import { findEnd, mountedAt } from '../../src-main/core/engine/attached-files/image/block-device.ts';

describe('two states of a folder', () => {
  const shared = { mtime: '1', uid: 0, gid: 0 };
  const file = (path: string, sha256: string, mode = 0o644): Entry => ({
    type: 'file',
    path,
    ...shared,
    mode,
    size: 1,
    sha256,
  });
  const link = (path: string, target: string): Entry => ({ type: 'link', path, ...shared, target });
  const folder = (path: string): Entry => ({ type: 'folder', path, ...shared, mode: 0o755 });
  const asMap = (entries: Entry[]): Map<string, Entry> => new Map(entries.map((entry) => [entry.path, entry]));

  test('are compared entry by entry', () => {
    const here = [
      file('same', 'a'),
      file('other', 'a'),
      file('mode', 'a'),
      file('here', 'a'),
      link('link', 'x'),
      folder('kind'),
    ];
    const there = [
      file('same', 'a'),
      file('other', 'b'),
      file('mode', 'a', 0o600),
      folder('there'),
      link('link', 'y'),
      file('kind', 'a'),
    ];
    const isSame = (one: Entry, other: Entry): boolean =>
      'sha256' in one && 'sha256' in other
        ? one.sha256 === other.sha256 && one.mode === other.mode
        : 'target' in one && 'target' in other && one.target === other.target;
    expect(compareEntries(asMap(here), asMap(there), isSame)).toEqual({
      onlyHere: 1,
      onlyThere: 1,
      different: 4,
      same: 1,
      examples: [
        { path: 'here', how: 'onlyHere' },
        { path: 'kind', how: 'different' },
        { path: 'link', how: 'different' },
        { path: 'mode', how: 'different' },
        { path: 'other', how: 'different' },
        { path: 'there', how: 'onlyThere' },
      ],
    });
  });
});

describe('a device', () => {
  test('ends where its last byte is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 45 }), async (bytes) => {
        let asked = 0;
        const end = await findEnd(async (at) => {
          asked += 1;
          return at < bytes;
        });
        expect(end).toBe(bytes);
        expect(asked).toBeLessThan(100);
      }),
    );
  });

  test('is mounted where the table says, and its partitions are', () => {
    const table = [
      '22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
      '40 22 8:17 / /media/card rw - vfat /dev/sdb1 rw',
      '',
    ].join('\n');
    expect(mountedAt(['8:16', '8:17'], table)).toBe('/media/card');
    expect(mountedAt(['8:16'], table)).toBeUndefined();
  });
});

test('a time in nanoseconds is told in seconds, before 1970 too, and loses none of them', () => {
  expect(['0', '1', '-1', '1500000000', '-1500000000'].map(decimalSeconds)).toEqual([
    '0.000000000',
    '0.000000001',
    '-0.000000001',
    '1.500000000',
    '-1.500000000',
  ]);
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n }), (time) => {
      expect(BigInt(decimalSeconds(String(time)).replace('.', ''))).toBe(time);
    }),
  );
});
