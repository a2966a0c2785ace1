import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { looksLikePath, pathFrom } from '../../../src-main/cli/options/folder-option.ts';

test.each(['/', '/mnt/nas', '.', '..', './clowd', '../clowd', 'backups/clowd', '~', '~/clowd', 'C:\\b', 'D:', 'a\\b'])(
  '%s is a path',
  (text) => expect(looksLikePath(text)).toBe(true),
);

test.each(['clowd', 'NAS', 'my bucket', '…', 'app.backups', '~clowd', ''])('%j is a name', (text) =>
  expect(looksLikePath(text)).toBe(false),
);

test('the home folder is known where no shell puts it in', () => {
  expect(pathFrom('~/clowd')).toBe(join(homedir(), 'clowd'));
  expect(pathFrom('~')).toBe(homedir());
  expect(pathFrom('./~x', 'y')).toBe(resolve('./~x/y'));
});
