import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from '@playwright/test';
import { COMMAND_LINE, commandLineOf, NODE } from '../support/command-line.ts';
import { makeDatabase } from '../support/databases.ts';
import { startCommand } from '../support/started-command.ts';

let home: string;
test.beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'snapkeep-serve-'));
});
test.afterEach(() => rmSync(home, { recursive: true, force: true }));

/** Starts a command that serves, and waits until it has told its address. */
async function start(command: string, args: string[]): Promise<ChildProcess> {
  const started = spawn(command, args, {
    cwd: resolve(import.meta.dirname, '../..'),
    env: { ...process.env, PATH: `${dirname(NODE)}:${process.env.PATH}`, SNAPKEEP_HOME: home },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  for await (const text of started.stderr.setEncoding('utf8')) if (/#token=/.test(text)) break;
  return started;
}

const holder = (): number => (JSON.parse(readFileSync(join(home, 'holder.json'), 'utf8')) as { pid: number }).pid;

test('serve is one process, so nothing of it is left when it is killed', async () => {
  const served = await start(NODE, [COMMAND_LINE, 'serve', '--port', '0']);
  expect(holder()).toBe(served.pid);
  served.kill('SIGKILL');
  await expect.poll(() => commandLineOf(home)(['plan', 'list']).exitCode).toBe(0);
});

test('twenty commands at once work beside a server, and it goes on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'snapkeep-twenty-'));
  const source = join(folder, 'app.db');
  makeDatabase(source, { rows: 10 });
  const served = await start(NODE, [COMMAND_LINE, 'serve', '--port', '0']);
  const backups = join(folder, 'backups');
  mkdirSync(backups);
  const commands = Array.from({ length: 20 }, (_, n) =>
    n % 4 === 0
      ? ['backup', '--source', source, '--to', backups]
      : n % 4 === 1
        ? ['plan', 'add', '--name', `plan ${n}`, '--source', source, '--to', backups]
        : n % 4 === 2
          ? ['status', '--json']
          : ['list'],
  );
  const ended = await Promise.all(commands.map((args) => startCommand(home, args).ended));
  expect(ended.filter(({ exitCode }) => exitCode !== 0)).toEqual([]);
  expect(holder()).toBe(served.pid);
  const plans = JSON.parse(commandLineOf(home)(['plan', 'list', '--json']).stdout) as unknown[];
  expect(plans).toHaveLength(5);
  served.kill('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

test('npm that is killed takes the server it started with it', async () => {
  const npm = await start('npm', ['run', '-s', 'snapkeep', '--', 'serve', '--port', '0']);
  const server = holder();
  expect(server).not.toBe(npm.pid);
  npm.kill('SIGKILL');
  await expect.poll(() => existsSync(join(home, 'service.sock')), { timeout: 20_000 }).toBe(false);
  expect(commandLineOf(home)(['plan', 'list']).exitCode).toBe(0);
  expect(() => process.kill(server, 0)).toThrow('ESRCH');
});

test('a service is installed as a user unit, says that it does not linger, and is removed', () => {
  test.skip(process.platform !== 'linux', 'The managers of other systems are tested by what they are given.');
  const bin = join(home, 'bin');
  const calls = join(home, 'calls');
  mkdirSync(bin);
  for (const [name, says] of [
    ['systemctl', ''],
    ['loginctl', 'echo no'],
  ])
    writeFileSync(join(bin, `${name}`), `#!/bin/sh\necho "$*" >> ${calls}\n${says}\n`, { mode: 0o700 });
  const service = (verb: string, path = `${bin}:${process.env.PATH}`) =>
    commandLineOf(home)(['service', verb], { environment: { PATH: path, XDG_CONFIG_HOME: join(home, 'config') } });
  const unit = join(home, 'config/systemd/user/snapkeep.service');
  expect(service('install', '/nowhere')).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^UNSUPPORTED/) });
  expect(existsSync(unit)).toBe(false);
  expect(service('status')).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Running: no') });
  expect(service('install')).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('enable-linger') });
  expect(readFileSync(unit, 'utf8')).toContain(`SNAPKEEP_HOME=${home}`);
  expect(service('status')).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Running: yes') });
  expect(service('uninstall').exitCode).toBe(0);
  expect(existsSync(unit)).toBe(false);
  expect(service('uninstall')).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^NOT_FOUND/) });
  expect(readFileSync(calls, 'utf8')).toContain('--user enable --now snapkeep.service');
});
