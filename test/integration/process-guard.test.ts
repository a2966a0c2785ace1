import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../support/temp-folder.ts';

const SCRIPT = resolve(import.meta.dirname, '../support/guarded-process.ts');
const MESSAGE = 'Nobody thought of this.';

/** What a guarded process ends with, prints and logs when something happens in it. */
function letHappen(happens: 'rejection' | 'exception', log: 'log' | 'no log', wanted = 'info') {
  const folder = temporaryFolder();
  const { status, stdout, stderr } = spawnSync(process.execPath, [SCRIPT, folder, happens, log], {
    encoding: 'utf8',
    env: { ...process.env, SNAPKEEP_LOG: wanted },
  });
  const file = join(folder, 'logs', 'snapkeep.log');
  // The file is made with the first line.
  return { status, stdout, stderr, logged: existsSync(file) ? linesOf(readFileSync(file, 'utf8')) : [] };
}

const linesOf = (text: string): unknown[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

test('a rejection that nobody handles is logged, and the process goes on', () => {
  expect(letHappen('rejection', 'log')).toMatchObject({
    status: 0,
    stdout: 'went on\n',
    stderr: '',
    logged: [{ msg: 'Unhandled promise rejection.', error: { message: MESSAGE } }],
  });
});

test('before there is a log, it ends the process and is told', () => {
  expect(letHappen('rejection', 'no log')).toMatchObject({ status: 3, stdout: `ended by: ${MESSAGE}\n` });
});

test.each(['log', 'no log'] as const)('an exception that nobody catches ends the process and is told (%s)', (log) => {
  const line = { msg: 'Uncaught exception. The process ends.', error: { message: MESSAGE } };
  expect(letHappen('exception', log)).toMatchObject({
    ...{ status: 3, stdout: `ended by: ${MESSAGE}\n` },
    logged: log === 'log' ? [line] : [],
  });
});

test('SNAPKEEP_LOG sets the level of the log, and “,stderr” writes its lines to standard error too', () => {
  const both = letHappen('rejection', 'log', 'warn,stderr');
  expect(linesOf(both.stderr)).toEqual(both.logged);
  expect(both.logged).toHaveLength(1);
  expect(letHappen('rejection', 'log', 'error, stderr').stderr).not.toBe('');
  expect(letHappen('rejection', 'log', 'silent,stderr')).toMatchObject({ stdout: 'went on\n', stderr: '', logged: [] });
});

test('work goes on when the reader of its output has ended', async () => {
  const folder = temporaryFolder();
  const child = spawn(process.execPath, [SCRIPT, folder, 'no reader', 'log']);
  child.stdout.destroy();
  child.stderr.destroy();
  child.stdin.end();
  const [status] = await once(child, 'exit');
  expect(status).toBe(0);
  expect(linesOf(readFileSync(join(folder, 'logs', 'snapkeep.log'), 'utf8'))).toMatchObject([{ msg: 'Went on.' }]);
});
