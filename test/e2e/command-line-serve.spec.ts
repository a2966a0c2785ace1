import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from '@playwright/test';
import { COMMAND_LINE, commandLineOf, NODE } from '../support/command-line.ts';

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

test('npm that is killed takes the server it started with it', async () => {
  const npm = await start('npm', ['run', '-s', 'snapkeep', '--', 'serve', '--port', '0']);
  const server = holder();
  expect(server).not.toBe(npm.pid);
  expect(commandLineOf(home)(['plan', 'list']).exitCode).toBe(75);
  npm.kill('SIGKILL');
  await expect.poll(() => commandLineOf(home)(['plan', 'list']).exitCode, { timeout: 20_000 }).toBe(0);
  expect(() => process.kill(server, 0)).toThrow('ESRCH');
});
