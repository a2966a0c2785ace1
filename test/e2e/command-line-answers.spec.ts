import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import Database from 'better-sqlite3';
import { MARKER_NAME } from '../../src-main/core/destinations/drivers/destination.ts';
import { BESIDE, commandLineOf } from '../support/command-line.ts';
import { makeDatabase } from '../support/databases.ts';

let folder: string;
let home: string;
let backups: string;
let source: string;
let run: ReturnType<typeof commandLineOf>;

test.beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'snapkeep-answers-')));
  home = join(folder, 'home');
  backups = join(folder, 'backups');
  source = join(folder, 'app.db');
  mkdirSync(backups);
  makeDatabase(source, { rows: 20 });
  run = commandLineOf(home);
});

test.afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The one document on standard output. */
const documentOf = (args: string[]): Record<string, unknown> => JSON.parse(run(args).stdout) as Record<string, unknown>;

function change(sql: string): void {
  const database = new Database(source);
  database.exec(sql);
  database.close();
}

test('a bare word is the name of a destination, and one with a typing error makes no folder', () => {
  expect(run(['destination', 'add', 'cloud', '--folder', backups]).exitCode).toBe(0);
  const add = ['plan', 'add', '--name', 'app', '--source', source, '--to'];
  const wrong = run([...add, 'clowd']);
  expect(wrong).toMatchObject({ exitCode: 1, stdout: '' });
  expect(wrong.stderr).toContain('NOT_FOUND');
  expect(wrong.stderr).toContain('Available: cloud.');
  expect(run(['backup', '--source', source, '--to', 'clowd']).stderr).toContain('NOT_FOUND');
  expect(run(['import', 'clowd']).stderr).toContain('NOT_FOUND');
  for (const place of [process.cwd(), homedir(), folder]) expect(existsSync(join(place, 'clowd'))).toBe(false);
  expect(run([...add, 'cloud']).exitCode).toBe(0);
});

test('a destination that lost its marker is re-attached by a person alone', () => {
  const marker = join(backups, MARKER_NAME);
  expect(run(['plan', 'add', '--name', 'app', '--source', source, '--to', backups]).exitCode).toBe(0);
  expect(run(['backup', 'app']).exitCode).toBe(0);
  expect(run(['status']).stdout).toMatch(/^app: OK \(one disk\)\. .*Add a destination on another disk/);
  rmSync(marker);
  expect(run(['status']).stdout).toMatch(/^app: Unavailable\. Marker file of backups not found in /);
  expect(run(['backup', 'app'])).toMatchObject({ exitCode: 75, stderr: expect.stringContaining('re-attach') });
  const reattach = ['destination', 'reattach', 'backups'];
  const looked = run(reattach);
  expect(looked).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('1 of the 1 snapshot stored at backups'),
  });
  expect(looked.stdout).toMatch(/No marker file found\.\nNothing was changed\./);
  expect(documentOf([...reattach, '--json'])).toMatchObject({ marker: 'none', snapshotsKnown: 1, snapshotsThere: 1 });
  expect(existsSync(marker)).toBe(false);
  expect(run([...reattach, '--yes'])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Re-attached') });
  expect(existsSync(marker)).toBe(true);
  expect(run(['backup', 'app']).exitCode).toBe(0);
  expect(run(['status']).stdout).toMatch(/^app: OK/);
});

test('run-due without plans names the folder it looked in, and makes none', () => {
  test.skip(BESIDE, 'The service beside it has made the folder.');
  const nowhere = commandLineOf(join(folder, 'nowhere'));
  expect(nowhere(['run-due'])).toMatchObject({ exitCode: 0, stdout: `No plans in ${join(folder, 'nowhere')}\n` });
  expect(JSON.parse(nowhere(['run-due', '--json']).stdout)).toEqual({ runs: [], waiting: [], failedCopies: [] });
  expect(existsSync(join(folder, 'nowhere'))).toBe(false);
  expect(run(['plan', 'list']).exitCode).toBe(0);
  expect(run(['run-due'])).toMatchObject({ exitCode: 0, stdout: `No plans in ${home}\n` });
});

test('run-due says that copies failed, and ends with 1', () => {
  const second = join(folder, 'second');
  mkdirSync(second);
  const to = ['--to', backups, '--to', second];
  expect(run(['plan', 'add', '--name', 'app', '--source', source, ...to, '--schedule', 'manual']).exitCode).toBe(0);
  // Another disk is mounted where the second destination was.
  const marker = join(second, MARKER_NAME);
  writeFileSync(marker, readFileSync(marker, 'utf8').replace(/[0-9a-f]{8}-/, '00000000-'));
  expect(run(['backup', 'app']).exitCode).toBe(1);
  const due = run(['run-due']);
  expect(due.exitCode).toBe(1);
  expect(due.stdout).toContain('app: ');
  expect(due.stdout).not.toContain('Nothing is due');
  expect(documentOf(['run-due', '--json'])).toMatchObject({ failedCopies: [{ plan: 'app', destination: 'second' }] });
});

test('a dry run of prune says what would be removed, and never that anything was', () => {
  expect(run(['plan', 'add', '--name', 'app', '--source', source, '--to', backups]).exitCode).toBe(0);
  for (const _ of [1, 2, 3]) expect(run(['backup', 'app']).exitCode).toBe(0);
  const before = readdirSync(backups);
  const { stdout, exitCode } = run(['prune', 'app', '--keep-last', '1', '--dry-run']);
  expect(exitCode).toBe(0);
  expect(stdout.match(/^would remove /gm)).toHaveLength(2);
  expect(stdout).not.toMatch(/^removed|freed\.$/m);
  expect(readdirSync(backups)).toEqual(before);
});

test('pruning that is paused says how it is reviewed, and goes on after `prune --review` alone', () => {
  const add = ['plan', 'add', '--name', 'app', '--source', source, '--to', backups, '--keep-last', '2'];
  expect(run(add).exitCode).toBe(0);
  const backUp = () => expect(run(['backup', 'app']).exitCode).toBe(0);
  const statusOf = () => run(['status']).stdout;
  const snapshots = () => readdirSync(backups).filter((name) => name.endsWith('.db.gz'));
  backUp();
  const full = snapshots();
  change('DELETE FROM entries');
  for (const _ of [1, 2, 3]) backUp();
  expect(snapshots()).toEqual(expect.arrayContaining(full));
  const kept = snapshots();
  const paused = run(['prune', 'app', '--yes']);
  expect(paused).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('snapkeep prune app --review') });
  expect(paused.stderr).toMatch(/^paused {2}at backups: .* has \d+ % fewer rows than .*: \d+ instead of 22\.$/m);
  const asked = run(['prune', 'app', '--review']);
  expect(asked.exitCode).not.toBe(0);
  expect(asked.stderr).toMatch(/^remove {2}/m);
  expect(run(['prune', 'app', '--review', '--dry-run']).stdout).toContain(`would remove ${full[0]}`);
  expect(snapshots()).toEqual(kept);
  expect(statusOf()).toContain('Pruning paused');
  expect(run(['prune', 'app', '--review', '--yes'])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining(`in trash ${full[0]}`),
  });
  expect(snapshots()).toHaveLength(2);
  expect(statusOf()).not.toContain('Pruning paused');
  backUp();
  expect(snapshots()).toHaveLength(2);
});

test('a deleted snapshot is listed in the trash, put back and removed for good', () => {
  expect(run(['plan', 'add', '--name', 'app', '--source', source, '--to', backups]).exitCode).toBe(0);
  for (const _ of [1, 2]) expect(run(['backup', 'app']).exitCode).toBe(0);
  const stored = () => readdirSync(backups).filter((name) => name.endsWith('.db.gz'));
  const inTrash = () => (JSON.parse(run(['trash', 'list', '--json']).stdout) as { copies: unknown[] }).copies.length;
  const listed = JSON.parse(run(['list', '--json']).stdout) as Array<{ name: string; createdAt: string }>;
  const [oldest = ''] = listed.toSorted((a, b) => a.createdAt.localeCompare(b.createdAt)).map(({ name }) => name);
  expect(run(['trash', 'list']).stdout).toBe('The trash is empty.\n');
  expect(run(['delete', oldest, '--yes']).exitCode).toBe(0);
  expect(stored()).toHaveLength(1);
  expect(run(['trash', 'list']).stdout).toMatch(new RegExp(`${oldest} {2}at backups {2}\\(7 days left\\)`));

  expect(run(['trash', 'put-back', 'nothing'])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('snapkeep trash list'),
  });
  expect(run(['trash', 'put-back', oldest])).toMatchObject({ exitCode: 0, stdout: `Put back ${oldest}: 1 copy.\n` });
  expect(stored()).toContain(oldest);
  expect(run(['verify', oldest]).exitCode).toBe(0);

  expect(run(['delete', oldest, '--yes']).exitCode).toBe(0);
  const asked = run(['trash', 'empty']);
  expect(asked.exitCode).toBe(2);
  expect(asked.stderr).toContain('--yes');
  expect(run(['trash', 'empty', '--destination', 'nobody', '--yes']).stderr).toContain('NOT_FOUND');
  expect(inTrash()).toBe(1);
  expect(run(['trash', 'empty', '--yes']).stdout).toMatch(
    new RegExp(`^removed {2}${oldest} {2}at backups\\n.* freed\\.\\n$`),
  );
  expect(inTrash()).toBe(0);
  expect(run(['trash', 'put-back', oldest]).stderr).toContain('NOT_FOUND');
});

test('settings and secrets of a destination are changed, and what is not given stays', () => {
  expect(run(['destination', 'add', 'nas', '--folder', backups, '--limit', '100000']).exitCode).toBe(0);
  const moved = join(folder, 'moved');
  mkdirSync(moved);
  expect(run(['destination', 'set', 'nas', '--folder', moved, '--name', 'NAS 2'])).toMatchObject({ exitCode: 0 });
  const [nas] = JSON.parse(run(['destination', 'list', '--json']).stdout) as Array<Record<string, unknown>>;
  expect(nas).toMatchObject({
    destination: { name: 'NAS 2', settings: { kind: 'folder', path: moved, bytesPerSecond: 100_000 } },
  });
  expect(run(['destination', 'set', 'NAS 2', '--access-key-env', 'X']).exitCode).toBe(2);
  expect(run(['destination', 'set', 'nobody', '--limit', '2048']).stderr).toContain('NOT_FOUND');

  const s3 = ['--s3', 'bucket', '--endpoint', 'http://127.0.0.1:9', '--save-anyway'];
  const keys = ['--access-key-env', 'KEY_ID', '--secret-key-env', 'SECRET'];
  const environment = { KEY_ID: 'old-id', SECRET: 'old-secret', NEW_ID: 'new-id', NEW_SECRET: 'new-secret' };
  expect(run(['destination', 'add', 'bucket', ...s3, ...keys], { environment }).exitCode).toBe(0);
  const rotate = ['--access-key-env', 'NEW_ID', '--secret-key-env', 'NEW_SECRET', '--save-anyway', '--json'];
  const rotated = run(['destination', 'set', 'bucket', ...rotate], { environment });
  expect(rotated.exitCode).toBe(0);
  expect(JSON.parse(rotated.stdout)).toMatchObject({
    destination: { settings: { bucket: 'bucket', endpoint: 'http://127.0.0.1:9', credentials: 'stored' } },
    secretsKnown: expect.arrayContaining(['accessKeyId', 'secretAccessKey']),
  });
  expect(rotated.stdout + rotated.stderr).not.toMatch(/old-secret|new-secret/);
});

test('schedules name UTC where the machine has no time zone of its own', () => {
  const add = ['plan', 'add', '--source', source, '--to', backups, '--schedule', 'daily 02:00', '--name'];
  expect(run([...add, 'one'], { environment: { TZ: '' } }).stdout).toContain('Schedule: Daily at 02:00 UTC.');
  expect(run([...add, 'two'], { environment: { TZ: 'Europe/Berlin' } }).stdout).toContain('Schedule: Daily at 02:00.');
  expect(run(['plan', 'list'], { environment: { TZ: 'UTC' } }).stdout).toContain('Daily at 02:00 UTC');
});

test('--json prints one document, whatever happens', () => {
  for (const args of [
    ['backup', 'nobody'],
    ['backup'],
    ['backup', '--output', '-', 'x'],
    ['verify', 'nothing.db'],
    ['plan', 'add', '--no-such-option'],
    ['no-such-command'],
    ['prune', 'nobody', '--yes'],
    ['undo'],
    ['restore', 'nothing'],
    ['status', '--prometheus'],
    ['template', 'check', join(folder, 'app.db')],
  ]) {
    const { exitCode, stdout } = run([...args, '--json']);
    expect(exitCode, args.join(' ')).not.toBe(0);
    expect(JSON.parse(stdout), args.join(' ')).toMatchObject({ error: { code: expect.any(String) } });
  }
  for (const args of [['plan', 'list'], ['list'], ['status'], ['run-due'], ['template', 'export', 'hone']]) {
    const { exitCode, stdout } = run([...args, '--json']);
    expect(exitCode, args.join(' ')).toBe(0);
    expect(() => JSON.parse(stdout) as unknown, args.join(' ')).not.toThrow();
  }
  // The data folder is held by somebody else's file.
  writeFileSync(join(folder, 'file'), '');
  const broken = commandLineOf(join(folder, 'file'))(['plan', 'list', '--json']);
  expect(broken.exitCode).not.toBe(0);
  expect(JSON.parse(broken.stdout)).toMatchObject({ error: { code: expect.any(String) } });
});

test('an imported snapshot is restored to the place that its manifest names only when that is agreed to', () => {
  expect(run(['backup', '--source', source, '--to', backups]).exitCode).toBe(0);
  const other = commandLineOf(join(folder, 'other home'));
  expect(other(['import', backups]).exitCode).toBe(0);
  const [{ id }] = JSON.parse(other(['list', '--json']).stdout) as [{ id: string }];
  rmSync(source);
  const asked = other(['restore', id]);
  expect(asked).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringContaining('CONFLICT') });
  expect(asked.stderr).toContain(source);
  expect(asked.stderr).toContain('--manifest-paths');
  expect(existsSync(source)).toBe(false);
  expect(other(['restore', id, '--to', join(folder, 'elsewhere.db')]).exitCode).toBe(0);
  expect(existsSync(source)).toBe(false);
  expect(other(['restore', id, '--manifest-paths']).exitCode).toBe(0);
  expect(existsSync(source)).toBe(true);
});
