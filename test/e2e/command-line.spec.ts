import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { type CommandResult, commandLineOf } from '../support/command-line.ts';
import { countEntries, makeDatabase } from '../support/databases.ts';
import { countEncrypted, filesWith, makeEncrypted, SQLCIPHER_4 } from '../support/encrypted-databases.ts';
import { storedIn } from '../support/stored-names.ts';

const KEY = 'a pä$$ "phrase" that\'s long';

let folder: string;
let home: string;
let backups: string;
let run: ReturnType<typeof commandLineOf>;

test.beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'snapkeep-command-')));
  home = join(folder, 'home');
  backups = join(folder, 'backups');
  mkdirSync(backups);
  run = commandLineOf(home);
});

test.afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The JSON of a command that has done what it was asked to. */
function answer({ exitCode, stdout, stderr }: CommandResult): Record<string, unknown> {
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  return JSON.parse(stdout) as Record<string, unknown>;
}

test('a plan is made, backed up, verified, restored and undone', () => {
  const source = join(folder, 'app.db');
  makeDatabase(source, { rows: 300 });
  answer(run(['plan', 'add', '--name', 'app', '--source', source, '--to', backups, '--json']));
  const taken = run(['backup', 'app', '--json']);
  expect(taken.exitCode).toBe(0);
  expect(taken.stderr).toMatch(/^Verified/);
  const { path } = JSON.parse(taken.stdout) as { path: string };
  expect(answer(run(['verify', path, '--json']))).toMatchObject({ valid: true });

  const target = join(folder, 'restored.db');
  expect(run(['restore', path, '--to', target]).exitCode).toBe(0);
  expect(countEntries(target)).toBe(300);
  const refused = run(['restore', path, '--to', target]);
  expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('--force') });
  expect(run(['restore', path, '--to', source, '--force']).exitCode).toBe(0);
  expect(run(['undo']).exitCode).toBe(0);
  const again = run(['undo']);
  expect(again.exitCode).toBe(1);
  expect(again.stderr).toMatch(/already been undone/);
  expect(again.stderr).toMatch(/choose it in Activity/);
  expect(countEntries(source)).toBe(300);
  expect(run(['verify', join(folder, 'nothing.db')])).toMatchObject({ exitCode: 1 });
  expect(run(['backup', 'no such plan'])).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('app') });
  expect(run(['backup']).exitCode).toBe(2);
});

test('custom settings of SQLCipher are given with a key, as a program gives them, and what is wrong with them is said', () => {
  const source = join(folder, 'ios.db');
  const settings = ['kdf_iter=1234', 'plaintext_header_size=32', "cipher_salt='cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd'"];
  makeEncrypted(source, KEY, 200, [...SQLCIPHER_4, ...settings]);
  const environment = { APP_KEY: KEY };
  const backup = (...more: string[]) =>
    run(['backup', '--source', source, '--to', backups, '--format', 'none', '--key-env', 'APP_KEY', ...more], {
      environment,
    });
  expect(backup()).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('salt of 32 hexadecimal digits') });
  for (const wrong of ['kdf_iter=many', 'no_such=1', 'kdf_iter'])
    expect(backup('--cipher-settings', wrong)).toMatchObject({ exitCode: 2, stdout: '' });
  expect(run(['verify', source, '--cipher-settings', 'kdf_iter=1'])).toMatchObject({ exitCode: 2 });
  const custom = `PRAGMA kdf_iter = 1234; PRAGMA cipher_salt = "x'${'cd'.repeat(16)}'";`;
  expect(backup('--cipher-settings', custom).exitCode).toBe(0);
  const [name = ''] = storedIn(backups).filter((each) => each.endsWith('.db'));
  const path = join(backups, name);
  expect(countEncrypted(path, KEY, [...SQLCIPHER_4, ...settings])).toBe(200);
  expect(run(['verify', path]).exitCode).toBe(0);

  // Elsewhere the manifest says the settings, and the salt is given with the key.
  run = commandLineOf(join(folder, 'elsewhere'));
  const verify = (...more: string[]) => run(['verify', path, '--key-env', 'APP_KEY', ...more], { environment });
  expect(verify()).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('Wrong key or salt') });
  expect(verify('--cipher-settings', `salt=${'cd'.repeat(16)}`).exitCode).toBe(0);
});

test('the key of an encrypted database comes from the environment or standard input, and stays secret', () => {
  const source = join(folder, 'hone.db');
  makeEncrypted(source, KEY, 200);
  const add = ['plan', 'add', '--name', 'hone', '--source', source, '--to', backups, '--format', 'none'];
  expect(run([...add, '--key-env', 'HONE_DB_KEY'])).toMatchObject({ exitCode: 1, stdout: '' });
  const wrong = run([...add, '--key-env', 'HONE_DB_KEY'], { environment: { HONE_DB_KEY: 'not this one' } });
  expect(wrong).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('BAD_KEY') });
  const environment = { HONE_DB_KEY: KEY };
  expect(run([...add, '--key-env', 'HONE_DB_KEY'], { environment }).exitCode).toBe(0);
  const { path } = JSON.parse(run(['backup', 'hone', '--json'], { environment }).stdout) as { path: string };
  expect(countEncrypted(path, KEY)).toBe(200);

  // On another machine nothing is known of the key.
  run = commandLineOf(join(folder, 'elsewhere'));
  expect(run(['verify', path])).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('BAD_KEY') });
  expect(run(['verify', path, '--key-stdin'], { input: 'not this one\n' }).exitCode).toBe(1);
  expect(run(['verify', path, '--key-stdin'], { input: `${KEY}\n` }).exitCode).toBe(0);
  const target = join(folder, 'restored.db');
  expect(run(['restore', path, '--to', target, '--key-env', 'HONE_DB_KEY'], { environment }).exitCode).toBe(0);
  expect(countEncrypted(target, KEY)).toBe(200);
  expect(run(['verify', path, '--key-env', KEY]).exitCode).toBe(2);
  expect(filesWith(folder, KEY)).toEqual([]);
  expect(existsSync(`${path}.manifest.json`)).toBe(true);
  expect(storedIn(backups)).toHaveLength(2);
});
