import { join } from 'node:path';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { makeDatabase } from '../support/databases.ts';
import { makeEncrypted } from '../support/encrypted-databases.ts';
import { openWindow, type RunningServer, serveWindow } from '../support/launch-server.ts';
import { judge, nextStep, openNewPlan, storeIn } from '../support/screens.ts';

let folder: string;
let server: RunningServer;
let browser: Browser;
let close: () => Promise<void>;

test.beforeEach(async () => {
  ({ folder, server, browser, close } = await serveWindow('narrow'));
});

test.afterEach(() => close());

/** Judges what is on screen in both themes. */
async function judgeNarrow(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    await judge(page, `narrow-${name}-${colorScheme}-390`);
  }
}

test('the forms fit a screen as narrow as a phone’s', async () => {
  makeDatabase(join(folder, 'app.db'), { rows: 20 });
  makeEncrypted(join(folder, 'secret.db'), 'its key');
  const page = await openWindow(browser, server.address, { viewport: { width: 390, height: 800 } });
  await openNewPlan(page);
  const source = page.getByRole('textbox', { name: 'Database file' });
  await source.fill(join(folder, 'secret.db'));
  await page.getByRole('button', { name: 'Cipher settings: default' }).click();
  await judgeNarrow(page, 'key');
  await source.fill(join(folder, 'app.db'));
  await expect(page.getByText('2 tables')).toBeVisible();
  await judgeNarrow(page, 'new-plan');

  await nextStep(page);
  await judgeNarrow(page, 'new-plan-destinations');
  await page.getByRole('button', { name: 'Add destination…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add destination' });
  for (const kind of ['Folder', 'S3-compatible', 'SFTP']) {
    await dialog.getByText(kind, { exact: true }).first().click();
    if (kind === 'Folder') await dialog.getByRole('button', { name: 'Advanced' }).click();
    await judgeNarrow(page, `destination-${kind.toLowerCase()}`);
  }
  await dialog.getByRole('button', { name: 'Cancel' }).click();

  await page.getByRole('link', { name: 'Source', exact: true }).click();
  await storeIn(page, join(folder, 'backups'));
  await page.getByRole('button', { name: 'Create and back up now' }).click();
  await expect(page.getByText(/^Verified/).first()).toBeVisible();
  await judgeNarrow(page, 'plan');
  await page.getByRole('tab', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Database details' }).click();
  await expect(page.getByText('2 tables')).toBeVisible();
  await page.getByRole('button', { name: 'Add custom check' }).click();
  await judgeNarrow(page, 'settings');
});
