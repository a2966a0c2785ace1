import { join } from 'node:path';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { makeEncrypted } from '../support/encrypted-databases.ts';
import { openWindow, type RunningServer, serveWindow } from '../support/launch-server.ts';
import { judge, judgeBothWays, openNewPlan, storeIn } from '../support/screens.ts';

/*
 * What SQLCipher has to be told besides the key, given in the window.
 */

const KEY = 'correct horse';
const SALT = 'cd'.repeat(16);

let folder: string;
let server: RunningServer;
let browser: Browser;
let close: () => Promise<void>;
let path: string;

test.beforeEach(async () => {
  ({ folder, server, browser, close } = await serveWindow('cipher'));
  path = join(folder, 'header.db');
  const settings = ['legacy_page_size=1024', 'kdf_iter=1234', 'hmac_use=0', 'plaintext_header_size=32'];
  makeEncrypted(path, KEY, 50, ["cipher='sqlcipher'", 'legacy=4', ...settings, `cipher_salt='${SALT}'`]);
});

test.afterEach(() => close());

async function meet(page: Page): Promise<void> {
  await openNewPlan(page);
  await page.getByRole('textbox', { name: 'Database file' }).fill(path);
  await page.getByLabel('Database key').fill(KEY);
}

/** Chooses by keyboard, so many options further down. */
async function choose(page: Page, label: string, further: number): Promise<void> {
  const field = page.getByRole('combobox', { name: label });
  await field.focus();
  await field.press('Enter');
  for (let step = 0; step < Math.abs(further); step++) await field.press(further > 0 ? 'ArrowDown' : 'ArrowUp');
  await field.press('Enter');
}

test('custom settings open a database that its key alone does not, and all of it goes by keyboard', async () => {
  const page = await openWindow(browser, server.address);
  await meet(page);
  await page.getByLabel('Database key').press('Enter');
  await expect(page.getByRole('alert')).toContainText('its salt of 32 hexadecimal digits');

  await page.getByRole('button', { name: 'Cipher settings: default' }).press('Enter');
  await choose(page, 'Plaintext header', 2);
  await expect(page.getByRole('combobox', { name: 'Plaintext header' })).toHaveValue('32 bytes');
  await choose(page, 'HMAC', 1);
  await expect(page.getByRole('combobox', { name: 'HMAC' })).toHaveValue('Off');
  const iterations = page.getByRole('textbox', { name: 'KDF iterations' });
  await iterations.fill('');
  await expect(page.getByRole('button', { name: 'Unlock' })).toBeDisabled();
  await iterations.pressSequentially('1234');
  const salt = page.getByRole('textbox', { name: 'Salt' });
  await salt.fill('not a salt');
  await expect(page.getByText('Enter 32 hexadecimal digits.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Unlock' })).toBeDisabled();
  await salt.fill(`x'${SALT.toUpperCase()}'`);
  await salt.press('Enter');
  // What was left at its default, the page size, has been found.
  const found = 'SQLCipher 4, pages of 1024 bytes, 1234 KDF iterations, no HMAC, plaintext header of 32 bytes';
  await expect(page.getByText(found)).toBeVisible();
  await storeIn(page, join(folder, 'backups'));
  await page.getByRole('button', { name: 'Create and back up now' }).press('Enter');
  await expect(page.getByRole('table', { name: 'Snapshots' })).toBeVisible();
  await page.getByRole('tab', { name: 'Settings' }).click();
  await expect(page.getByText(`${found}, key`)).toBeVisible();
  await judge(page, 'plan-settings-cipher');
});

test('the form in every look', async () => {
  test.setTimeout(120_000);
  const page = await openWindow(browser, server.address, { viewport: { width: 1280, height: 800 } });
  await meet(page);
  await page.getByRole('button', { name: 'Cipher settings: default' }).press('Enter');
  await choose(page, 'Plaintext header', 2);
  await page.getByRole('textbox', { name: 'Salt' }).fill('12');
  await page.getByRole('textbox', { name: 'Salt' }).scrollIntoViewIfNeeded();
  await judgeBothWays(page, 'cipher-settings');
  await page.context().close();
});
