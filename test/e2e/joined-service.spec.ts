import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { commandLineOf } from '../support/command-line.ts';
import { makeDatabase } from '../support/databases.ts';
import { callCore } from '../support/electron/call-core.ts';
import { observeShell } from '../support/electron/observe-shell.ts';
import { launchElectron } from '../support/launch-electron.ts';
import { launchServer } from '../support/launch-server.ts';
import { storedIn } from '../support/stored-names.ts';

let folder: string;
test.beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'snapkeep-joined-')));
});
test.afterEach(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

test('the desktop application uses the service that runs, with its tray, and leaves it alone when it quits', async () => {
  const home = join(folder, 'home');
  const source = join(folder, 'ledger.db');
  const backups = join(folder, 'backups');
  makeDatabase(source, { rows: 20 });
  mkdirSync(backups);
  const server = await launchServer({ home });
  const desktop = await launchElectron({ home });
  const { app, page } = desktop;
  const shell = await observeShell(app);
  expect(await callCore(page, 'app.info', {})).toMatchObject({
    host: 'server',
    dataFolder: home,
    capabilities: { nativeDialogs: true, droppedPaths: true, tray: true },
  });

  const run = commandLineOf(home);
  expect(run(['plan', 'add', '--name', 'ledger', '--source', source, '--to', backups]).exitCode).toBe(0);
  await expect(page.getByText('1 without a snapshot')).toBeVisible();
  await expect.poll(async () => (await shell.tray()).labels).toContain('Back up now ▸ ledger');
  await shell.clickTray('Back up now', 'ledger');
  await expect.poll(async () => (await shell.tray()).labels[0]).toBe('ledger is OK (one disk) (off)');
  await expect(page.getByText('1 without a snapshot')).toHaveCount(0);

  const [snapshot = ''] = storedIn(backups).filter((name) => name.endsWith('.gz'));
  await desktop.startAgain([join(backups, snapshot)]);
  await expect(page.getByRole('dialog', { name: 'Restore' }).getByText('This is a snapshot of ledger')).toBeVisible();

  await desktop.close();
  expect(run(['list', '--json'])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('ledger') });
  await server.close();
});
