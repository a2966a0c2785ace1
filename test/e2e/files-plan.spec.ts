import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { type CommandResult, commandLineOf } from '../support/command-line.ts';

let folder: string;
let app: string;
let run: ReturnType<typeof commandLineOf>;

test.beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'snapkeep-files-')));
  app = join(folder, 'app');
  for (const made of [app, join(folder, 'backups')]) mkdirSync(made);
  writeFileSync(join(app, 'config.toml'), 'a = 1');
  writeFileSync(join(app, 'env'), 'TOKEN=1');
  run = commandLineOf(join(folder, 'home'));
});

test.afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The JSON of a command that ended well. */
function answer({ exitCode, stdout, stderr }: CommandResult) {
  expect(exitCode, stderr).toBe(0);
  return JSON.parse(stdout);
}

test('files without a database are planned, backed up, listed, restored and put back', () => {
  const add = ['plan', 'add', '--name', 'config', '--to', join(folder, 'backups'), '--json'];
  expect(run(add)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--attached-file') });
  const files = ['--attached-file', `main=${join(app, 'config.toml')}`, '--attached-file', `env=${join(app, 'env')}`];
  expect(run([...add, ...files, '--method', 'dump'])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('no database'),
  });
  expect(answer(run([...add, ...files, '--schedule', 'on-change', '--keep-last', '5']))).toMatchObject({
    sourceKind: 'files',
    sourcePath: join(app, 'config.toml'),
    attachedFiles: [
      { name: 'main', kind: 'file' },
      { name: 'env', kind: 'file' },
    ],
  });
  expect(run(['plan', 'list']).stdout).toContain(join(app, 'env'));
  const { id, name, path, verification } = answer(run(['backup', 'config', '--json']));
  expect(verification).toMatchObject({ valid: true });
  expect(run(['list', 'config']).stdout).toMatch(/ verified +.*\.files\.json/);
  expect(run(['status']).stdout).toMatch(/config: OK[\s\S]*snapshots {4}1,/);
  expect(run(['verify', path]).stdout).toContain('skipped integrity: This is a snapshot of files');
  expect(run(['restore-test', 'config']).exitCode).toBe(0);
  expect(run(['backup', 'config', '--output', '-'])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('no database'),
  });

  writeFileSync(join(app, 'config.toml'), 'a = 2');
  rmSync(join(app, 'env'));
  expect(run(['restore', id])).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('--force') });
  expect(run(['restore', name, '--attached-file', 'env']).exitCode).toBe(0);
  expect(readFileSync(join(app, 'env'), 'utf8')).toBe('TOKEN=1');
  expect(run(['restore', path, '--force'])).toMatchObject({ exitCode: 0 });
  expect(readFileSync(join(app, 'config.toml'), 'utf8')).toBe('a = 1');
  expect(run(['undo']).exitCode).toBe(0);
  expect(readFileSync(join(app, 'config.toml'), 'utf8')).toBe('a = 2');
  expect(run(['restore', id, '--only', 'database', '--force'])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('snapshot of files'),
  });
  expect(run(['restore', id, '--attached-file', 'main', '--to', folder]).exitCode).toBe(0);
  expect(readFileSync(join(folder, 'config.toml'), 'utf8')).toBe('a = 1');

  const elsewhere = commandLineOf(join(folder, 'another home'));
  expect(elsewhere(['restore', path, '--force', '--manifest-paths'])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining(`snapkeep import ${join(folder, 'backups')}`),
  });
  expect(elsewhere(['import', join(folder, 'backups')]).exitCode).toBe(0);
  expect(elsewhere(['restore', path, '--force', '--manifest-paths']).exitCode).toBe(0);
  expect(readFileSync(join(app, 'config.toml'), 'utf8')).toBe('a = 1');

  expect(answer(run(['backup', 'config', '--json'])).id).not.toBe(id);
  expect(answer(run(['prune', 'config', '--keep-last', '1', '--yes', '--json']))).toMatchObject({ retainedCount: 2 });
  expect(readdirSync(join(folder, 'backups')).filter((each) => each.endsWith('.main'))).toHaveLength(2);
});
