import { expect, test } from 'vitest';
import { readLaunchArguments } from '../../../src-main/electron/launch-arguments.ts';

const everything = (): boolean => true;

test.each([
  ['nothing', [], undefined],
  ['switches alone', ['--user-data-dir=/tmp/a.db', '--hidden'], undefined],
  ['the folder of the application', ['/opt/snapkeep'], undefined],
  ['a relative path', ['hone.db.gz'], '/home/me/hone.db.gz'],
  ['an absolute path', ['--hidden', '/mnt/nas/hone.DB.ZST'], '/mnt/nas/hone.DB.ZST'],
  ['an address', ['file:///mnt/nas/my%20hone.sqlite3'], '/mnt/nas/my hone.sqlite3'],
  ['an address on another machine', ['file://nas/hone.db'], undefined],
  ['another kind of file', ['/mnt/nas/letter.txt'], undefined],
])('%s: the file to restore', (_name, args, file) => {
  expect(readLaunchArguments(['/usr/bin/snapkeep', ...args], '/home/me', everything).file).toBe(file);
});

test('a file that is not there is not opened', () => {
  expect(readLaunchArguments(['snapkeep', 'gone.db'], '/home/me', () => false).file).toBeUndefined();
});

test('only --hidden hides', () => {
  expect(readLaunchArguments(['snapkeep', '--hidden'], '/').hidden).toBe(true);
  expect(readLaunchArguments(['snapkeep', '--hidden=no'], '/').hidden).toBe(false);
});
