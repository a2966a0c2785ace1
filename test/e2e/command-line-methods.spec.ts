import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@playwright/test';
import Database from 'better-sqlite3';
import { COMMAND_LINE, commandLineOf, NODE } from '../support/command-line.ts';
import { appendEntries, countEntries, makeDatabase } from '../support/databases.ts';
import { differences, hasSqliteTools } from '../support/dump-databases.ts';

let folder: string;
let home: string;
let backups: string;
let source: string;
let run: ReturnType<typeof commandLineOf>;

test.beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'snapkeep-command-')));
  home = join(folder, 'home');
  backups = join(folder, 'backups');
  source = join(folder, 'app.db');
  mkdirSync(backups);
  makeDatabase(source, { rows: 300 });
  run = commandLineOf(home);
});

test.afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a line of the shell in which `snapkeep` is the built command line. */
function shell(line: string): { status: number | null; stderr: string } {
  const { status, stderr } = spawnSync('sh', ['-c', `snapkeep() { "$NODE" "$COMMAND_LINE" "$@"; }\n${line}`], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, NODE, COMMAND_LINE, SNAPKEEP_HOME: home },
  });
  return { status, stderr };
}

/** What is left of files in the making. */
function stagedFiles(): string[] {
  const staging = join(home, 'staging');
  return existsSync(staging) ? readdirSync(staging) : [];
}

function change(path: string, sql: string): void {
  const database = new Database(path);
  database.exec(sql);
  database.close();
}

test('the method is the plan’s, or one for once', () => {
  const add = ['plan', 'add', '--name', 'app', '--source', source, '--to', backups];
  expect(run([...add, '--method', 'sideways']).exitCode).toBe(2);
  expect(run([...add, '--method', 'dump']).exitCode).toBe(0);
  const dump = JSON.parse(run(['backup', 'app', '--json']).stdout) as { path: string };
  expect(dump.path).toMatch(/\.sql\.gz$/);
  const target = join(folder, 'restored.db');
  expect(run(['restore', dump.path, '--to', target]).exitCode).toBe(0);
  expect(countEntries(target)).toBe(300);
  const compact = JSON.parse(run(['backup', 'app', '--method', 'compact', '--json']).stdout) as { path: string };
  expect(compact.path).toMatch(/\.db\.gz$/);
  expect(run(['verify', compact.path]).exitCode).toBe(0);
});

test.describe('pipes', () => {
  test.skip(!hasSqliteTools, 'SQLite’s shell and sqldiff are not here.');

  test('a dump goes through SQLite’s shell, and a database through a file', () => {
    const piped = shell(`snapkeep backup --source app.db --method dump --format none --output - | sqlite3 new.db`);
    expect(piped).toMatchObject({ status: 0, stderr: expect.stringMatching(/^Wrote /) });
    expect(differences(source, join(folder, 'new.db'))).toBe('');
    expect(shell('snapkeep backup --source app.db --format none --output - > copy.db').status).toBe(0);
    expect(differences(source, join(folder, 'copy.db'))).toBe('');
    expect(shell('snapkeep backup --source app.db --format gz --output - | gunzip -c > unpacked.db').status).toBe(0);
    expect(differences(source, join(folder, 'unpacked.db'))).toBe('');
    // Nothing of it is in a list, and nothing is left in the data folder.
    expect(JSON.parse(run(['list', '--json']).stdout)).toEqual([]);
    expect(stagedFiles()).toEqual([]);
  });

  test('what comes from standard input is known by its content', () => {
    writeFileSync(join(folder, 'dump.sql.gz'), gzipSync(execFileSync('sqlite3', [source, '.dump'])));
    expect(shell('gunzip -c dump.sql.gz | snapkeep restore - --to one.db').status).toBe(0);
    expect(shell('snapkeep restore - --to two.db < dump.sql.gz').status).toBe(0);
    expect(shell('snapkeep backup --source app.db --output - > kept').status).toBe(0);
    expect(shell('snapkeep verify - < kept').status).toBe(0);
    expect(shell('snapkeep restore - --to three.db < kept').status).toBe(0);
    for (const name of ['one.db', 'two.db', 'three.db']) expect(countEntries(join(folder, name))).toBe(300);
    // A pipe that breaks off is no empty database, nor half a one.
    expect(shell('true | snapkeep restore - --to four.db').status).toBe(1);
    expect(shell('gunzip -c dump.sql.gz | head -c 3000 | snapkeep restore - --to four.db').status).toBe(1);
    expect(existsSync(join(folder, 'four.db'))).toBe(false);
    expect(shell('gunzip -c dump.sql.gz | head -c 3000 | snapkeep verify -').status).toBe(3);
    expect(stagedFiles()).toEqual([]);
  });

  test('a reader that ends early is no success', () => {
    appendEntries(source, 20_000);
    const { stderr } = shell(
      '{ snapkeep backup --source app.db --format none --output -; echo "ended with $?" >&2; } | head -c 10',
    );
    expect(stderr).toMatch(/UNAVAILABLE[\s\S]*ended with 75/);
  });
});

test('options that go with no pipe are refused, before anything is written', () => {
  for (const more of [
    ['--to', backups],
    ['--name', 'x'],
    ['--output', 'file.db'],
  ])
    expect(run(['backup', '--source', source, '--output', '-', ...more])).toMatchObject({ exitCode: 2, stdout: '' });
  const asJson = run(['backup', '--source', source, '--output', '-', '--json']);
  expect(asJson.exitCode).toBe(2);
  expect(JSON.parse(asJson.stdout)).toMatchObject({ error: { code: 'INVALID_PARAMS' } });
  expect(run(['backup', '--output', '-'])).toMatchObject({ exitCode: 2, stdout: '' });
  expect(run(['restore', '-', '--to', join(folder, 'x.db'), '--key-stdin']).exitCode).toBe(2);
});

test('a snapshot that is newer ends with 78 unless it is forced', () => {
  const question = 'SELECT max(version) FROM schema_migrations';
  change(source, 'CREATE TABLE schema_migrations(version INT); INSERT INTO schema_migrations VALUES (15)');
  const add = ['plan', 'add', '--name', 'app', '--source', source, '--to', backups];
  expect(run([...add, '--schema-version', question]).exitCode).toBe(0);
  const { path } = JSON.parse(run(['backup', 'app', '--json']).stdout) as { path: string };
  change(source, 'UPDATE schema_migrations SET version = 12');
  const restore = ['restore', path, '--to', source, '--force'];
  expect(run(restore)).toMatchObject({ exitCode: 78, stderr: expect.stringMatching(/newer.*15.*12/) });
  expect(run([...restore, '--force-newer']).exitCode).toBe(0);
  change(source, 'UPDATE schema_migrations SET version = 20');
  expect(run(restore)).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/migrate it from 15 to 20/) });
  const target = join(folder, 'new.db');
  expect(run(['restore', path, '--to', target, '--program-version', '14']).exitCode).toBe(78);
  expect(existsSync(target)).toBe(false);
  expect(run(['restore', path, '--to', target, '--program-version', '15']).exitCode).toBe(0);
});

test('the deletion of a database says what it would remove, removes it when confirmed, and is undone', () => {
  const lock = join(folder, 'app.db.lock');
  writeFileSync(lock, '');
  writeFileSync(join(folder, 'server.key'), 'secret');
  const databaseDeletion = ['delete-database', source, '--lock-file', 'app.db.lock'];
  expect(run(databaseDeletion)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/would delete .*app\.db\n[\s\S]*--confirm/),
  });
  expect(existsSync(source) && existsSync(lock)).toBe(true);
  expect(run([...databaseDeletion, '--confirm'])).toMatchObject({
    exitCode: 0,
    stderr: expect.stringMatching(/snapkeep undo/),
  });
  expect(readdirSync(folder).sort()).toEqual(['backups', 'home', 'server.key']);
  expect(run([...databaseDeletion, '--confirm'])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^Nothing to delete/),
  });
  expect(run(['undo']).exitCode).toBe(0);
  expect(countEntries(source)).toBe(300);
  expect(run(['delete-database', join(folder, 'server.key'), '--confirm'])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/^UNSUPPORTED/),
  });
  expect(run(['delete-database', 'no-such-plan'])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/^NOT_FOUND/),
  });
  expect(
    run(['plan', 'add', '--name', 'app', '--source', source, '--to', backups, '--lock-file', 'app.db.lock']).exitCode,
  ).toBe(0);
  writeFileSync(lock, '');
  expect(run(['delete-database', 'app', '--confirm', '--json']).exitCode).toBe(0);
  expect(existsSync(lock)).toBe(false);
});

test('a database in memory is named when the plan is made', () => {
  test.skip(!existsSync('/dev/shm'), 'There is no memory to put it in.');
  const place = mkdtempSync('/dev/shm/snapkeep-');
  try {
    const live = join(place, 'app.db');
    makeDatabase(live);
    const made = run(['plan', 'add', '--name', 'app', '--source', live, '--to', backups, '--json']);
    expect(made).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/in memory \(tmpfs\)/) });
    expect(JSON.parse(made.stdout)).toMatchObject({ name: 'app' });
  } finally {
    rmSync(place, { recursive: true });
  }
});
