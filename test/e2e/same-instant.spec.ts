import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { makeDatabase } from '../support/databases.ts';
import { openWindow, type ServedWindow, serveWindow } from '../support/launch-server.ts';
import { customize, judgeBothWays, openNewPlan, storeIn } from '../support/screens.ts';

let served: ServedWindow;

test.beforeEach(async () => {
  served = await serveWindow('same-instant');
});

test.afterEach(() => served.close());

test('databases of a group are backed up at the same instant: set in the form, seen in the snapshots', async () => {
  const { folder, browser, server } = served;
  const page = await openWindow(browser, server.address);
  for (const name of ['orders', 'stock']) {
    const path = join(folder, `${name}.db`);
    makeDatabase(path, { rows: 50 });
    await openNewPlan(page);
    await page.getByRole('textbox', { name: 'Database file' }).fill(path);
    await storeIn(page, join(folder, 'backups'));
    await customize(page);
    const together = page.getByRole('checkbox', { name: 'Same instant as other databases of Shop' });
    await expect(together).toHaveCount(0);
    await page.getByRole('combobox', { name: 'Group' }).fill('Shop');
    await page.getByRole('combobox', { name: 'Group' }).press('Escape');
    await together.press('Space');
    await expect(together).toBeChecked();
    await together.scrollIntoViewIfNeeded();
    if (name === 'stock') await judgeBothWays(page, 'same-instant-form');
    await page.getByRole('button', { name: 'Create and back up now' }).click();
    await expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();
  }

  await page
    .getByRole('button', { name: /^Details/ })
    .first()
    .click();
  const details = page.getByRole('dialog');
  await expect(details).toContainText('Taken at the same instant as the snapshots of orders.');
  await judgeBothWays(page, 'same-instant-details');
});
