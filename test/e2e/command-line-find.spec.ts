import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { commandLineOf } from '../support/command-line.ts';
import { makeDatabase } from '../support/databases.ts';
import { during, isRunning, startCommand } from '../support/started-command.ts';

let folder: string;
let found: string;
let run: ReturnType<typeof commandLineOf>;

test.beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'snapkeep-command-')));
  found = join(folder, 'srv');
  mkdirSync(join(found, 'shop'), { recursive: true });
  for (const path of ['shop/orders.db', 'shop/customers.db', 'favicons.sqlite']) makeDatabase(join(found, path));
  run = commandLineOf(join(folder, 'home'));
});

test.afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('find lists what has no plan, remembers what is ignored, and adds plans for the rest', () => {
  const first = run(['find', found]);
  expect(first).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(join(found, 'shop/orders.db')) });
  expect(first.stdout).toContain('2 databases without a plan, 1 cache or similar. Use --all to list them.');
  expect(first.stdout).not.toContain('favicons');
  expect(run(['find', found, '--all']).stdout).toMatch(/favicons\.sqlite {2}\(cache\)/);

  expect(run(['find', '--ignore', join(found, 'shop/customers.db')]).stdout).toMatch(/^Ignored .*customers\.db\.$/m);
  const { databases, counts } = JSON.parse(run(['find', found, '--json']).stdout);
  expect(databases.map(({ path }: { path: string }) => path)).toEqual([join(found, 'shop/orders.db')]);
  expect(counts).toEqual({ 'no-plan': 1, planned: 0, ignored: 1, folded: 1 });

  expect(run(['find', found, '--add-plans']).exitCode).toBe(2);
  const nowhere = run(['find', found, '--add-plans', '--to', 'nowhere', '--yes']);
  expect(nowhere).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('nowhere') });
  const added = run(['find', found, '--add-plans', '--to', join(folder, 'backups'), '--yes']);
  expect(added).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^Added plan shop orders: /m) });
  expect(run(['backup', 'shop orders']).exitCode).toBe(0);
  expect(run(['find', found]).stdout).toMatch(/^No databases without a plan, 1 with a plan, 1 ignored and 1 cache/m);
  expect(run(['find', '--unignore', join(found, 'shop/customers.db')]).exitCode).toBe(0);
  expect(run(['find', join(folder, 'nowhere')])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('nowhere'),
  });
});

test('Ctrl-C ends a search', async () => {
  const many = join(found, 'many');
  mkdirSync(many);
  for (let number = 0; number < 30_000; number++) writeFileSync(join(many, `${number}`), '');
  const command = startCommand(join(folder, 'home'), ['find', found, '--json']);
  await during(command, 'its search', () => isRunning(join(folder, 'home'), 'find'));
  command.process.kill('SIGINT');
  const { exitCode, stdout } = await command.ended;
  expect([exitCode, JSON.parse(stdout)]).toMatchObject([130, { error: { code: 'CANCELLED' } }]);
});
