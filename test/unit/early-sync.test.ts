import type { FileHandle } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { EarlySync } from '../../src-main/core/engine/files/early-sync.ts';

const MEGABYTE = 1024 * 1024;

/** A file whose early syncs end when the test says so, and what it was asked. */
function fileOnDisk() {
  const asked: string[] = [];
  const early: Array<PromiseWithResolvers<void>> = [];
  const file = {
    datasync: () => {
      asked.push('datasync');
      const syncing = Promise.withResolvers<void>();
      early.push(syncing);
      return syncing.promise;
    },
    sync: async () => void asked.push('sync'),
  } as unknown as FileHandle;
  return { asked, early, disk: new EarlySync(file) };
}

test('a small file is synced once, at its end', async () => {
  const { asked, disk } = fileOnDisk();
  disk.wrote(MEGABYTE);
  disk.wrote(MEGABYTE);
  await disk.end();
  expect(asked).toEqual(['sync']);
});

test('the disk is told to begin while a large file grows, one sync at a time, and the end waits for it', async () => {
  const { asked, early, disk } = fileOnDisk();
  for (let n = 0; n < 40; n++) disk.wrote(MEGABYTE);
  expect(asked).toEqual(['datasync']);
  early[0]?.resolve();
  await disk.settle();
  disk.wrote(MEGABYTE);
  expect(asked).toEqual(['datasync', 'datasync']);
  let ended = false;
  const end = disk.end().then(() => {
    ended = true;
  });
  await Promise.resolve();
  expect([ended, asked.includes('sync')]).toEqual([false, false]);
  early[1]?.resolve();
  await end;
  expect(asked.at(-1)).toBe('sync');
});

test('what the disk could not write fails the file, though a later sync would succeed', async () => {
  const { asked, early, disk } = fileOnDisk();
  disk.wrote(16 * MEGABYTE);
  early[0]?.reject(new Error('EIO'));
  await expect(disk.end()).rejects.toThrow('EIO');
  disk.wrote(16 * MEGABYTE);
  await expect(disk.settle()).rejects.toThrow('EIO');
  expect(asked).toEqual(['datasync']);
});
