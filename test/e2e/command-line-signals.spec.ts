import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from '@playwright/test';
import Database from 'better-sqlite3';
import { isAlive } from '../../src-main/platform/processes.ts';
import { BESIDE, type CommandResult, commandLineOf } from '../support/command-line.ts';
import { countEntries, makeDatabase } from '../support/databases.ts';
import { during, isRunning, newestRun, startCommand } from '../support/started-command.ts';
import { storedIn } from '../support/stored-names.ts';

let folder: string;
let home: string;
let backups: string;
let second: string;
let source: string;
let run: ReturnType<typeof commandLineOf>;

test.beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'snapkeep-signals-')));
  [home, backups, second] = [join(folder, 'home'), join(folder, 'backups'), join(folder, 'second')];
  for (const each of [backups, second]) mkdirSync(each);
  source = join(folder, 'app.db');
  makeDatabase(source, { rows: 100 });
  run = commandLineOf(home);
});
test.afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Adds what takes long to copy and to check. */
function grow(path: string, megabytes: number): void {
  const database = new Database(path);
  database.exec('CREATE TABLE IF NOT EXISTS large (content BLOB)');
  const insert = database.prepare('INSERT INTO large VALUES (randomblob(1000000))');
  for (let n = 0; n < megabytes; n++) insert.run();
  database.close();
}

function done(result: CommandResult): string {
  expect(result.exitCode, result.stderr).toBe(0);
  return result.stdout.trim();
}

const addPlan = (...more: string[]): string =>
  done(run(['plan', 'add', '--name', 'app', '--source', source, '--to', backups, '--schedule', 'manual', ...more]));

/** A plan whose copies take long. */
function addSlowPlan(): void {
  grow(source, 4);
  done(run(['destination', 'add', 'slow', '--folder', second, '--limit', '200000']));
  addPlan('--to', 'slow');
}

/** The path of a new snapshot. */
const backUp = (): string => (JSON.parse(done(run(['backup', 'app', '--json']))) as { path: string }).path;

const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** Starts a command, sends a signal as soon as its run goes on, and answers what it ended with. */
async function interrupt(signal: NodeJS.Signals, kind: string, args: string[]): Promise<CommandResult> {
  const command = startCommand(home, args);
  await during(command, `its ${kind}`, () => isRunning(home, kind));
  command.process.kill(signal);
  return command.ended;
}

/** What a command that was interrupted in a run says, and that nothing is left of it. */
function expectCancelled({ exitCode, stdout, stderr }: CommandResult, kind: string): void {
  expect({ exitCode, stderr }).toEqual({ exitCode: 130, stderr: expect.stringContaining('CANCELLED') });
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'CANCELLED', hint: expect.any(String) } });
  expect(newestRun(home, kind)).toEqual({ state: 'cancelled', code: 'CANCELLED' });
  expect(readdirSync(join(home, 'staging'))).toEqual([]);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} cancels a backup, and the next one works`, async () => {
    grow(source, 40);
    addPlan();
    expectCancelled(await interrupt(signal, 'backup', ['backup', 'app', '--json']), 'backup');
    expect(storedIn(backups)).toEqual([]);
    expect(existsSync(backUp())).toBe(true);
  });

  test(`${signal} cancels a verification, and the next one works`, async () => {
    grow(source, 40);
    addPlan();
    const path = backUp();
    const before = hashOf(path);
    expectCancelled(await interrupt(signal, 'verify', ['verify', path, '--json']), 'verify');
    expect(hashOf(path)).toBe(before);
    done(run(['verify', path]));
  });

  test(`${signal} cancels a restore and leaves the database, and the next one works`, async () => {
    grow(source, 40);
    addPlan();
    const path = backUp();
    const target = join(folder, 'target', 'app.db');
    mkdirSync(dirname(target));
    makeDatabase(target, { rows: 7 });
    const args = ['restore', path, '--to', target, '--force', '--json'];
    expectCancelled(await interrupt(signal, 'restore-check', args), 'restore-check');
    expectCancelled(await interrupt(signal, 'restore', args), 'restore');
    expect(readdirSync(dirname(target))).toEqual(['app.db']);
    expect(countEntries(target)).toBe(7);
    done(run(args));
    expect(countEntries(target)).toBe(100);
    done(run(['undo']));
    expect(countEntries(target)).toBe(7);
  });

  test(`${signal} cancels a copy: the snapshot is kept and told, and the next command finishes the copy`, async () => {
    addSlowPlan();
    const ended = await interrupt(signal, 'copy', ['backup', 'app', '--json']);
    expect(ended).toMatchObject({ exitCode: 130, stderr: expect.stringContaining('slow: waiting') });
    expect(JSON.parse(ended.stdout)).toMatchObject({ path: expect.stringContaining(backups) });
    expect(newestRun(home, 'copy')).toEqual({ state: 'cancelled', code: 'CANCELLED' });
    expect(storedIn(backups)).toHaveLength(2);
    // A service makes the copy before any command asks for it.
    if (!BESIDE) {
      const due = await interrupt(signal, 'copy', ['run-due', '--json']);
      expect(due.exitCode).toBe(130);
      expect(JSON.parse(due.stdout)).toMatchObject({ runs: [{ kind: 'copy', state: 'cancelled' }] });
    }
    done(run(['destination', 'set', 'slow', '--limit', '100000000']));
    done(run(['run-due']));
    expect(storedIn(second).sort()).toEqual(storedIn(backups).sort());
  });

  test(`${signal} cancels a prune between two snapshots, and the next one does the rest`, async () => {
    addPlan();
    const paths = Array.from({ length: 4 }, backUp);
    const prune = startCommand(home, ['prune', 'app', '--keep-last', '1', '--yes', '--json']);
    await during(prune, 'the first removal', () => paths.some((path) => !existsSync(path)));
    prune.process.kill(signal);
    const ended = await prune.ended;
    const left = paths.filter((path) => existsSync(path));
    // It may have removed the last one by the time it hears of the signal.
    if (left.length > 1) expectCancelled(ended, 'prune');
    expect(left).toContain(paths.at(-1));
    for (const path of left) done(run(['verify', path]));
    expect(storedIn(backups)).toHaveLength(2 * left.length);
    expect(JSON.parse(done(run(['list', '--json'])))).toHaveLength(left.length);
    done(run(['prune', 'app', '--keep-last', '1', '--yes']));
    expect(paths.filter((path) => existsSync(path))).toEqual([paths.at(-1)]);
    expect(storedIn(backups)).toHaveLength(2);
  });
}

test('a terminal that is closed cancels the command', async () => {
  addSlowPlan();
  expect(await interrupt('SIGHUP', 'copy', ['backup', 'app', '--json'])).toMatchObject({ exitCode: 130 });
  expect(newestRun(home, 'copy')).toEqual({ state: 'cancelled', code: 'CANCELLED' });
});

test('a second signal ends the command at once, and the next one cleans up after it', async () => {
  addSlowPlan();
  const command = startCommand(home, ['backup', 'app']);
  await during(command, 'its copy', () => isRunning(home, 'copy'));
  for (let n = 0; n < 2; n++) command.process.kill('SIGINT');
  expect((await command.ended).exitCode).toBe(130);
  done(run(['destination', 'set', 'slow', '--limit', '100000000']));
  done(run(['run-due']));
  expect(storedIn(second).sort()).toEqual(storedIn(backups).sort());
});

test('a command that waits for standard input ends when it is interrupted', async () => {
  addPlan();
  const command = startCommand(home, ['verify', '-', '--json']);
  const staging = join(home, 'staging');
  await during(command, 'it reads', () => existsSync(staging) && readdirSync(staging).length > 0);
  command.process.kill('SIGTERM');
  const { exitCode, stdout } = await command.ended;
  expect({ exitCode, document: JSON.parse(stdout) }).toMatchObject({
    exitCode: 130,
    document: { error: { code: 'CANCELLED' } },
  });
  expect(readdirSync(staging)).toEqual([]);
});

test('npm that is killed takes the command with it, whatever it does', async () => {
  addSlowPlan();
  const npm = startCommand(home, ['backup', 'app'], { command: 'npm', before: ['run', '-s', 'snapkeep', '--'] });
  await during(npm, 'its copy', () => isRunning(home, 'copy'));
  const { pid } = JSON.parse(readFileSync(join(home, 'holder.json'), 'utf8')) as { pid: number };
  expect(pid).not.toBe(npm.process.pid);
  npm.process.kill('SIGKILL');
  await expect.poll(() => isAlive(pid)).toBe(false);
  done(run(['plan', 'list']));
  expect(newestRun(home, 'copy')).toEqual({ state: 'cancelled', code: 'CANCELLED' });
});

/** What the runs of a data folder have said so far. */
function logOf(home: string): string[] {
  const catalog = new Database(join(home, 'catalog.db'), { readonly: true });
  try {
    return catalog.prepare('SELECT message FROM run_log').pluck().all() as string[];
  } finally {
    catalog.close();
  }
}

test('SIGINT ends a run that hangs in a statement, which SQLite cannot be interrupted in', async () => {
  const endless = 'WITH RECURSIVE count(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM count) SELECT max(n) FROM count';
  addPlan('--schema-version', endless);
  const command = startCommand(home, ['backup', 'app', '--json']);
  await during(command, 'the question for the version', () => {
    return isRunning(home, 'backup') && logOf(home).some((message) => message.startsWith('Copied'));
  });
  command.process.kill('SIGINT');
  expectCancelled(await command.ended, 'backup');
  expect(storedIn(backups)).toEqual([]);
});
