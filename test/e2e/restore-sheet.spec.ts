import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, expect, type Locator, type Page, test } from '@playwright/test';
import { appendEntries, countEntries, makeDatabase } from '../support/databases.ts';
import { openWindow, type RunningServer, serveWindow } from '../support/launch-server.ts';
import { judge, openNewPlan, storeIn } from '../support/screens.ts';

let folder: string;
let server: RunningServer;
let browser: Browser;
let close: () => Promise<void>;
let page: Page;
let database: string;

test.beforeEach(async () => {
  ({ folder, server, browser, close } = await serveWindow('restore-sheet'));
  database = join(folder, 'app.db');
  makeDatabase(database, { rows: 40 });
  page = await openWindow(browser, server.address, { viewport: { width: 900, height: 600 } });
  await openNewPlan(page);
  await page.getByRole('textbox', { name: 'Database file' }).fill(database);
  await expect(page.getByText('2 tables')).toBeVisible();
  await storeIn(page, join(folder, 'backups'));
  await page.getByRole('button', { name: 'Create and back up now' }).click();
  await expect(page.getByText(/^Verified/).first()).toBeVisible();
});

test.afterEach(() => close());

async function choose(action: string): Promise<void> {
  await page
    .getByRole('button', { name: /^More actions/ })
    .first()
    .click();
  await page.getByRole('menuitem', { name: action }).click();
}

/** Whether a button is in the visible part of the dialog, wherever that is scrolled to. */
async function staysInView(button: Locator): Promise<void> {
  const content = page.locator('.mantine-Modal-content');
  for (const end of [true, false]) {
    await content.evaluate((element, toEnd) => element.scrollTo({ top: toEnd ? element.scrollHeight : 0 }), end);
    await expect(button).toBeInViewport({ ratio: 1 });
  }
}

test('the buttons stay in view, and a name is typed only when rows would be lost', async () => {
  appendEntries(database, 5);
  await choose('Restore…');
  const review = page.getByRole('button', { name: 'Review changes' });
  await expect(page.getByRole('radio', { name: /^Original path/ })).toBeChecked();
  await staysInView(review);
  await page.setViewportSize({ width: 390, height: 700 });
  await judge(page, 'restore-390');
  await review.click();
  const replace = page.getByRole('button', { name: 'Replace app.db' });
  await expect(page.getByText('You will lose 5 rows')).toBeVisible();
  await expect(page.getByRole('heading', { name: /^Replace app.db with the snapshot of today/ })).toBeFocused();
  await expect(replace).toBeDisabled();
  await staysInView(replace);
  await judge(page, 'restore-review-390');
  await page.setViewportSize({ width: 900, height: 600 });
  await page.getByRole('textbox', { name: 'Type app.db to confirm' }).fill('app.db');
  await expect(replace).toBeEnabled();
  await page.getByRole('button', { name: 'Cancel' }).click();

  rmSync(database);
  makeDatabase(database, { rows: 10 });
  await choose('Compare with source…');
  // Another database has come to its place: that no table has fewer rows says nothing of which they are.
  await expect(page.getByText(/^No table will have fewer rows\. What was changed since the snapshot/)).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Type app.db to confirm' })).toHaveCount(0);
  await replace.click();
  await expect(page.getByRole('heading', { name: 'Restored' })).toBeVisible();
  expect(countEntries(database)).toBe(40);
});

test('a change of the form ends the comparison and discards what it staged', async () => {
  await choose('Compare with source…');
  await expect(page.getByRole('button', { name: 'Replace app.db' })).toBeEnabled();
  await page.getByRole('radio', { name: 'Another path' }).check();
  await expect(page.getByRole('button', { name: 'Replace app.db' })).toHaveCount(0);
  const review = page.getByRole('button', { name: 'Review changes' });
  await expect(review).toBeDisabled();
  await page.getByRole('textbox', { name: 'Database path' }).fill(join(folder, 'copy.db'));
  await review.click();
  await page.getByRole('button', { name: 'Restore to copy.db' }).click();
  await expect(page.getByRole('heading', { name: 'Restored' })).toBeVisible();
  expect(countEntries(join(folder, 'copy.db'))).toBe(40);
  expect(countEntries(database)).toBe(40);
});
