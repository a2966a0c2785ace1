import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { canMount } from '../support/can-mount.ts';
import { commandLineOf } from '../support/command-line.ts';
import { appendEntries, countEntries, makeDatabase } from '../support/databases.ts';
import { setBack } from '../support/set-back.ts';
import { makeUnreadable } from '../support/unreadable-file.ts';

let folder: string;
let source: string;
let generated: string;
let run: ReturnType<typeof commandLineOf>;
/** Takes away what was mounted. */
let remove = (): void => {};

test.beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'snapkeep-attached-files-')));
  source = join(folder, 'soundbox.db');
  generated = join(folder, 'generated');
  makeDatabase(source, { rows: 50 });
  mkdirSync(join(generated, 'cache'), { recursive: true });
  mkdirSync(join(folder, 'backups'));
  writeFileSync(join(generated, 'one.wav'), 'one');
  writeFileSync(join(generated, 'two.wav'), 'two');
  writeFileSync(join(generated, 'cache', 'x'), 'x');
  run = commandLineOf(join(folder, 'home'));
});

test.afterEach(() => {
  remove();
  remove = () => {};
  rmSync(folder, { recursive: true, force: true });
});

test('a database and its files are backed up together, and come back together or apart', () => {
  const plan = ['plan', 'add', '--name', 'soundbox', '--source', source, '--to', join(folder, 'backups')];
  const beside = ['--attached-file', `generated=${generated}`, '--exclude', 'cache/', '--group', 'Music'];
  expect(run([...plan, ...beside])).toMatchObject({ exitCode: 0 });
  const taken = run(['backup', '--group', 'music', '--json']);
  expect(taken.exitCode).toBe(0);
  const [{ id, attachedFiles }] = JSON.parse(taken.stdout) as [{ id: string; attachedFiles: unknown }];
  expect(attachedFiles).toMatchObject([{ name: 'generated', way: 'linked-folder', files: 2, whole: true }]);

  appendEntries(source, 5);
  writeFileSync(join(generated, 'one.wav'), 'changed');
  rmSync(join(generated, 'two.wav'));
  expect(run(['restore', id])).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('--force') });
  expect(readFileSync(join(generated, 'one.wav'), 'utf8')).toBe('changed');

  expect(run(['restore', id, '--only', 'files', '--path', 'two.wav']).exitCode).toBe(0);
  expect(readFileSync(join(generated, 'two.wav'), 'utf8')).toBe('two');
  expect(readFileSync(join(generated, 'one.wav'), 'utf8')).toBe('changed');

  const everything = run(['restore', id, '--force']);
  expect(everything).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('1 changed') });
  expect(countEntries(source)).toBe(50);
  expect(readFileSync(join(generated, 'one.wav'), 'utf8')).toBe('one');
  expect(run(['undo']).exitCode).toBe(0);
  expect(readFileSync(join(generated, 'one.wav'), 'utf8')).toBe('changed');
  expect(readdirSync(generated)).toContain('cache');
});

test('what is no attached file is refused with what to write instead', () => {
  const plan = ['plan', 'add', '--name', 'soundbox', '--source', source, '--to', join(folder, 'backups')];
  expect(run([...plan, '--attached-file', 'generated'])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('NAME=PATH'),
  });
  expect(run([...plan, '--attached-file', `gone=${join(folder, 'gone')}`])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('gone'),
  });
});

test('backup and run-due end with 4 when attached files are missing, and name them', () => {
  test.skip(!canMount, 'a file that cannot be read needs a mount');
  remove = makeUnreadable(join(generated, 'secret'));
  const add = ['plan', 'add', '--name', 'soundbox', '--source', source, '--to', join(folder, 'backups')];
  expect(run([...add, '--attached-file', `generated=${generated}`, '--schedule', 'every 1h'])).toMatchObject({
    exitCode: 0,
  });
  const missing = /Missing: generated\/secret .*read/;
  expect(run(['backup', 'soundbox'])).toMatchObject({
    exitCode: 4,
    stderr: expect.stringMatching(missing),
  });
  const listed = run(['backup', 'soundbox', '--json']);
  expect(listed.exitCode).toBe(4);
  expect(JSON.parse(listed.stdout)).toMatchObject({ incomplete: expect.stringMatching(missing) });
  setBack(join(folder, 'home', 'catalog.db'), 150);
  expect(run(['run-due'])).toMatchObject({ exitCode: 4, stdout: expect.stringMatching(missing) });
});
