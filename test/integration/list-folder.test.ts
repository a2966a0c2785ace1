import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { listFolder, MOST_LISTED } from '../../src-main/core/files/list-folder.ts';
import { makeDatabase } from '../support/databases.ts';
import { temporaryFolder } from '../support/temp-folder.ts';

const readAll = (): boolean => false;

test('a folder of 100,000 files: the first are listed, the others counted and found, and nobody waits long', async () => {
  const folder = temporaryFolder();
  for (const name of ['b folder', 'a folder']) mkdirSync(join(folder, name));
  for (let number = 0; number < 100_000; number++) writeFileSync(join(folder, `File ${number}`), '');
  let [longest, over] = [0, false];
  const watch = (async () => {
    while (!over) {
      const before = process.threadCpuUsage();
      await setImmediate();
      const { user, system } = process.threadCpuUsage(before);
      longest = Math.max(longest, (user + system) / 1000);
    }
  })();
  const all = await listFolder({ path: folder }, readAll);
  over = true;
  await watch;
  expect(all.entries.map(({ name }) => name).slice(0, 4)).toEqual(['a folder', 'b folder', 'File 0', 'File 1']);
  expect([all.entries.length, all.more]).toEqual([MOST_LISTED, 100_002 - MOST_LISTED]);
  expect(longest).toBeLessThan(50);
  const folders = await listFolder({ path: folder, foldersOnly: true }, readAll);
  expect([folders.entries.map(({ name }) => name), folders.more]).toEqual([['a folder', 'b folder'], 0]);
  const found = await listFolder({ path: folder, search: 'fILE 9999' }, readAll);
  expect(found.entries.map(({ name }) => name)).toEqual([
    'File 9999',
    ...Array.from({ length: 10 }, (_, digit) => `File 9999${digit}`),
  ]);
  expect(found.more).toBe(0);
});

test.skipIf(process.platform === 'win32')('links are what they lead to; sockets and loops are left out', async () => {
  // The path of a socket is short.
  const folder = mkdtempSync(join(tmpdir(), 'l-'));
  mkdirSync(join(folder, 'sub'));
  writeFileSync(join(folder, 'قاعدة 📒.db'), 'x');
  symlinkSync('sub', join(folder, 'to-sub'));
  symlinkSync('loop', join(folder, 'loop'));
  symlinkSync('gone', join(folder, 'nowhere'));
  const socket = createServer().listen(join(folder, 's'));
  const { entries, more } = await listFolder({ path: folder }, readAll);
  socket.close();
  rmSync(folder, { recursive: true });
  expect(entries.map(({ name, kind }) => [name, kind])).toEqual([
    ['sub', 'folder'],
    ['to-sub', 'folder'],
    ['قاعدة 📒.db', 'file'],
  ]);
  expect(more).toBe(0);
});

test('databases are told by their content, whatever their names; those that are in use are not opened', async () => {
  const folder = temporaryFolder();
  for (const name of ['collection.anki2', 'History', 'grafana.db3']) makeDatabase(join(folder, name), { rows: 1 });
  writeFileSync(join(folder, 'notes.db'), 'x'.repeat(4096));
  writeFileSync(join(folder, 'start.txt'), 'SQLite format 3\0');
  writeFileSync(join(folder, 'unreadable'), 'SQLite format 3\0'.repeat(32));
  chmodSync(join(folder, 'unreadable'), 0);
  const databasesIn = async (isUnread: () => boolean) =>
    (await listFolder({ path: folder }, isUnread)).entries.filter(({ kind }) => kind === 'database');
  const found = (await databasesIn(readAll)).map(({ name }) => name).filter((name) => name !== 'unreadable');
  expect(found).toEqual(['collection.anki2', 'grafana.db3', 'History']);
  expect(await databasesIn(() => true)).toEqual([]);
});
