import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, type Page, test } from '@playwright/test';
import { makeDatabase } from '../support/databases.ts';
import { dropFiles } from '../support/drop-files.ts';
import { openWindow, type ServedWindow, serveWindow } from '../support/launch-server.ts';

let served: ServedWindow;
let file: string;

test.beforeEach(async () => {
  served = await serveWindow('uploads');
  file = join(served.folder, 'ledger.db');
  makeDatabase(file, { rows: 100 });
});

test.afterEach(() => served.close());

const uploads = (): string[] => readdirSync(join(served.folder, 'home/staging/uploads'));

async function drop(page: Page): Promise<void> {
  await dropFiles(page, [file]);
  await expect(page.getByRole('dialog', { name: 'Restore' }).getByRole('heading', { name: 'ledger.db' })).toBeVisible();
}

test('what was sent for a review goes with its dialog, with the next drop, and with the window', async () => {
  const page = await openWindow(served.browser, served.server.address);
  await drop(page);
  expect(uploads()).toHaveLength(1);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect.poll(uploads).toEqual([]);

  await drop(page);
  const [first] = uploads();
  // The dialog shows a file of this name already, so only the folder tells when the second has come and the first gone.
  await dropFiles(page, [file]);
  await expect.poll(() => uploads().filter((name) => name !== first)).toHaveLength(1);
  await expect.poll(uploads).not.toContain(first);
  expect(uploads()).toHaveLength(1);

  // The window goes without a word; the next one shows that the server runs on.
  await page.reload();
  await page.getByRole('navigation', { name: 'Navigation' }).waitFor();
  await expect.poll(uploads).toEqual([]);

  await drop(page);
  await page.goto('about:blank');
  await expect.poll(uploads).toEqual([]);
});

test('what was restored from it stays restored when the upload has gone', async () => {
  const page = await openWindow(served.browser, served.server.address);
  await drop(page);
  await page.getByRole('textbox', { name: 'Database path' }).fill(join(served.folder, 'restored.db'));
  await page.getByRole('button', { name: 'Review changes' }).click();
  await page.getByRole('button', { name: 'Restore to restored.db' }).click();
  await expect(page.getByRole('heading', { name: 'Restored' })).toBeVisible();
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
  await expect.poll(uploads).toEqual([]);
});
