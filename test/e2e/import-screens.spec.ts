import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, expect, test } from '@playwright/test';
import { makeDatabase } from '../support/databases.ts';
import { openWindow, type RunningServer, serveWindow } from '../support/launch-server.ts';
import { judgeBothWays, judgeEverywhere, openPage, USUAL_WIDTHS } from '../support/screens.ts';

let folder: string;
let server: RunningServer;
let browser: Browser;
let close: () => Promise<void>;

test.beforeEach(async () => {
  ({ folder, server, browser, close } = await serveWindow('import'));
  const old = join(folder, 'old');
  mkdirSync(join(old, '2024-01-17', 'generated'), { recursive: true });
  makeDatabase(join(old, 'hone-2024-01-15-143022.db'), { rows: 20, journalMode: 'delete' });
  makeDatabase(join(old, 'backup-auto-2024-01-16T02-00-00-000Z.db'), { rows: 30, journalMode: 'delete' });
  makeDatabase(join(old, '2024-01-17', 'soundbox.db'), { rows: 40, journalMode: 'delete' });
  writeFileSync(join(old, '2024-01-17', 'generated', 'one.wav'), 'one');
  writeFileSync(join(old, 'hone-2024-01-17-143022.db.gz'), '');
  writeFileSync(join(old, 'shopping.txt'), 'milk');
});

test.afterEach(() => close());

test('backups of other programs are found, looked into and imported', async () => {
  const page = await openWindow(browser, server.address, { viewport: { width: 1280, height: 800 } });
  page.setDefaultTimeout(15_000);
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('textbox', { name: 'Backup folder' }).fill(join(folder, 'home'));
  await page.getByRole('button', { name: 'Import from other programs…' }).click();
  await expect(page.getByRole('dialog').getByRole('alert')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.getByRole('textbox', { name: 'Backup folder' }).fill(join(folder, 'old'));
  await page.getByRole('button', { name: 'Import from other programs…' }).press('Enter');
  const backups = page.getByRole('list', { name: 'Backups' });
  await expect(backups).toContainText('hone-2024-01-15-143022.db');
  await page.getByRole('button', { name: 'Check: hone-2024-01-15-143022.db' }).press('Enter');
  await expect(backups.getByRole('status')).toContainText('Verified: 2 tables, 22 rows.');
  await page.getByRole('button', { name: /^Skipped: / }).press('Enter');
  await judgeEverywhere(page, 'import', USUAL_WIDTHS);
  await page.getByRole('checkbox', { name: 'backup-auto-2024-01-16T02-00-00-000Z.db' }).uncheck();
  await page.getByRole('button', { name: 'Import 2 backups' }).press('Enter');
  await expect(page.getByText(/^Today.*2 snapshots imported|2 snapshots imported/).first()).toBeVisible();
  await expect(page.getByRole('region', { name: 'Results' })).toContainText('soundbox.db');
  await judgeBothWays(page, 'activity-imported');

  await openPage(page, 'Storage');
  await page.getByRole('button', { name: /^More actions: old/ }).press('Enter');
  await page.getByRole('menuitem', { name: 'Import from other programs…' }).press('Enter');
  await expect(backups.getByText('Imported', { exact: true })).toHaveCount(2);
});
