import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { COMMAND_LINE, NODE } from '../support/command-line.ts';
import { makeDatabase } from '../support/databases.ts';

test.skip(process.platform === 'win32', 'Windows has no modes');

let folder: string;
test.beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'snapkeep-modes-')));
});
test.afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the command line under a mask of modes. */
function run(umask: string, args: string[]) {
  return spawnSync('sh', ['-c', 'umask "$0"; exec "$@"', umask, NODE, COMMAND_LINE, ...args], {
    encoding: 'utf8',
    env: { ...process.env, SNAPKEEP_HOME: join(folder, 'home') },
  });
}

const modeOf = (path: string): string => (lstatSync(path).mode & 0o777).toString(8);

/** Whatever somebody else could open, but for what lies in folders of attached files. */
function openToOthers(path: string): string[] {
  const stats = lstatSync(path);
  if (stats.isSymbolicLink()) return [];
  const own = (stats.mode & 0o077) === 0 ? [] : [`${path} ${modeOf(path)}`];
  if (!stats.isDirectory() || readdirSync(path).includes('.snapkeep-index.jsonl')) return own;
  return [...own, ...readdirSync(path).flatMap((name) => openToOthers(join(path, name)))];
}

for (const umask of ['000', '077']) {
  test(`under the mask ${umask} nobody else can open what Snapkeep makes, and attached files keep their modes`, () => {
    const source = join(folder, 'app.db');
    const attached = join(folder, 'attached');
    const [backups, kits] = [join(folder, 'backups'), join(folder, 'kits')];
    for (const each of [attached, backups, kits]) {
      mkdirSync(each);
      chmodSync(each, 0o755);
    }
    makeDatabase(source, { rows: 20 });
    writeFileSync(join(attached, 'open.txt'), 'open');
    chmodSync(join(attached, 'open.txt'), 0o644);
    const deep = join(attached, 'deep');
    const inner = join(deep, 'x.txt');
    mkdirSync(deep);
    writeFileSync(inner, 'deep');
    chmodSync(inner, 0o640);
    chmodSync(deep, 0o700);
    const to = ['--to', backups, '--attached-file', `files=${attached}`];
    expect(run(umask, ['plan', 'add', '--name', 'app', '--source', source, ...to]).status).toBe(0);
    expect(run(umask, ['backup', 'app']).status).toBe(0);
    expect(run(umask, ['recovery-kit', '--output', kits]).status).toBe(0);
    expect(run(umask, ['delete', 'nothing', '--yes']).status).toBe(1);
    expect(openToOthers(join(folder, 'home'))).toEqual([]);
    for (const place of [backups, kits]) {
      // A folder that somebody chose is theirs.
      expect(modeOf(place)).toBe('755');
      expect(readdirSync(place).flatMap((name) => openToOthers(join(place, name)))).toEqual([]);
    }
    const snapshot = readdirSync(backups).find((name) => name.endsWith('.files')) ?? '';
    expect(modeOf(join(backups, snapshot))).toBe('700');
    expect(modeOf(join(backups, snapshot, 'open.txt'))).toBe('644');

    rmSync(attached, { recursive: true });
    const { stdout } = run(umask, ['list', '--json']);
    const [{ id } = { id: '' }] = JSON.parse(stdout) as Array<{ id: string }>;
    expect(
      run(umask, ['restore', id, '--only', 'files', '--attached-file', 'files', '--path', 'deep/x.txt']).status,
    ).toBe(0);
    expect([attached, deep, inner].map(modeOf)).toEqual(['755', '700', '640']);
    rmSync(attached, { recursive: true });
    expect(run(umask, ['restore', id, '--only', 'files']).status).toBe(0);
    expect([attached, join(attached, 'open.txt')].map(modeOf)).toEqual(['755', '644']);
    expect(readFileSync(join(attached, 'open.txt'), 'utf8')).toBe('open');
  });
}

test('a data folder that others could open is tightened, once, and that is said', () => {
  const home = join(folder, 'home');
  mkdirSync(join(home, 'templates'), { recursive: true });
  for (const each of [home, join(home, 'templates')]) chmodSync(each, 0o755);
  writeFileSync(join(home, 'catalog.db'), '', { mode: 0o644 });
  expect(run('022', ['plan', 'list']).stderr).toContain('Now only its owner has access');
  expect(openToOthers(home)).toEqual([]);
  expect(run('022', ['plan', 'list']).stderr).toBe('');
});
