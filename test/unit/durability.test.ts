import { expect, test } from 'vitest';
import { whatIsNotDurable } from '../campaign/durability.ts';

const problems = (...lines: string[]): string[] => [
  ...whatIsNotDurable(lines.map((line, at) => `${10 + (at % 2)}  ${line}`).join('\n'), (path) =>
    path.startsWith('/b/'),
  ),
];
const written = 'write(21</b/app.partial>, ""..., 100) = 100';
const copied = 'copy_file_range(20</a/image>, NULL, 21</b/app.partial>, NULL, 100, 0) = 100';
const synced = 'fsync(21</b/app.partial> <unfinished ...>';
const named = 'rename("/b/app.partial", "/b/app.db") = 0';
const folderSynced = 'fsync(22</b>) = 0';

test('a name that is given before what was written is synced, and one whose folder is not synced, are told', () => {
  for (const change of [written, copied]) {
    expect(problems(change, synced, named, folderSynced)).toEqual([]);
    expect(problems(change, named, synced, folderSynced)).toMatchObject([expect.stringContaining('before')]);
    expect(problems(synced, change, named, folderSynced)).toMatchObject([expect.stringContaining('before')]);
    expect(problems(change, synced, folderSynced, named)).toMatchObject([expect.stringContaining('/b was not synced')]);
  }
});

test('a folder that gets a name has all of its files synced', () => {
  const within = 'pwrite64(9</b/.f.partial/sub/one>, ""..., 5, 0) = 5';
  const folder = 'rename("/b/.f.partial", "/b/f") = 0';
  const sync = 'fdatasync(9</b/.f.partial/sub/one>) = 0';
  expect(problems(within, folder, folderSynced)).toHaveLength(1);
  expect(problems(within, sync, folder, folderSynced)).toEqual([]);
});

test('what need not outlive a power cut, and what was not written, may have any name', () => {
  expect(problems('write(3</a/x>, ""..., 1) = 1', 'link("/a/x", "/a/y") = 0')).toEqual([]);
  expect(problems('renameat2(AT_FDCWD, "/b/old", AT_FDCWD, "/b/new", 0) = 0', folderSynced)).toEqual([]);
});
