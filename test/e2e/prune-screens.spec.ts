import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, expect, test } from '@playwright/test';
import Database from 'better-sqlite3';
import { makeDatabase } from '../support/databases.ts';
import { openWindow, type RunningServer, serveWindow } from '../support/launch-server.ts';
import { judge, judgeBothWays, judgeEverywhere, openNewPlan, storeIn, USUAL_WIDTHS } from '../support/screens.ts';

let folder: string;
let server: RunningServer;
let browser: Browser;
let close: () => Promise<void>;

test.beforeEach(async () => {
  ({ folder, server, browser, close } = await serveWindow('prune-screens'));
  makeDatabase(join(folder, 'ledger.db'), { rows: 400 });
});

test.afterEach(() => close());

const snapshots = (): string[] => readdirSync(join(folder, 'backups')).filter((name) => name.endsWith('.db.gz'));

test('pruning that is paused says why, is reviewed, and continues; a pinned snapshot is unpinned and deleted', async () => {
  test.setTimeout(240_000);
  const page = await openWindow(browser, server.address, {});
  await openNewPlan(page);
  await page.getByRole('textbox', { name: 'Database file' }).fill(join(folder, 'ledger.db'));
  await storeIn(page, join(folder, 'backups'));
  await page.getByRole('button', { name: 'Create and back up now' }).click();
  for (const count of [1, 2]) {
    if (count > 1) await page.getByRole('button', { name: 'Back up now' }).click();
    await expect.poll(() => snapshots().length).toBe(count);
    await expect(page.getByText(/^Verified /)).toHaveCount(count);
  }
  const database = new Database(join(folder, 'ledger.db'));
  database.exec('DROP TABLE entries');
  database.close();
  await page.getByRole('button', { name: 'Back up now' }).click();
  await expect.poll(() => snapshots().length).toBe(3);
  await expect(page.getByText(/^Pruning paused: .* lacks the table “entries”/)).toBeVisible();
  await judgeBothWays(page, 'pruning-paused');

  await page.getByRole('tab', { name: 'Settings' }).click();
  await page.getByRole('textbox', { name: 'Keep last' }).fill('1');
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  const dialog = page.getByRole('dialog', { name: /^Prune / });
  await expect(dialog.getByText('No remaining snapshot contains the table “entries”.')).toBeVisible();
  await expect(dialog.getByRole('button', { name: /^Continue pruning: .*2 snapshots$/ })).toBeVisible();
  await judgeBothWays(page, 'pruning-review');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Discard' }).click();

  await page.getByRole('button', { name: 'Review…' }).click();
  await expect(dialog).toBeVisible();
  await page.goBack();
  await expect(dialog).toHaveCount(0);
  await page.getByRole('button', { name: 'Review…' }).click();
  await dialog.getByRole('button', { name: 'Continue pruning' }).click();
  await expect(page.getByText(/^Pruning paused/)).toHaveCount(0);
  expect(snapshots()).toHaveLength(3);

  await page.getByRole('tab', { name: 'Snapshots' }).click();
  const more = page.getByRole('button', { name: /^More actions/ }).last();
  await more.click();
  await page.getByRole('menuitem', { name: 'Pin' }).click();
  await more.click();
  // Not before the window knows that it is pinned.
  await expect(page.getByRole('menuitem', { name: 'Unpin' })).toBeVisible();
  await page.getByRole('menuitem', { name: 'Delete…' }).click();
  await expect(page.getByText('This snapshot is pinned.')).toBeVisible();
  await judgeBothWays(page, 'unpin-and-delete');
  await page.getByRole('button', { name: 'Unpin and delete' }).click();
  await expect.poll(() => snapshots().length).toBe(2);

  // A toast puts it back, pinned as it was. It stays while the mouse is over it.
  await page.getByRole('button', { name: 'Undo', exact: true }).hover();
  await judge(page, 'undo-toast');
  await page.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect.poll(() => snapshots().length).toBe(3);
  await expect(page.getByRole('table', { name: 'Snapshots' }).getByRole('row')).toHaveCount(5);
  await more.click();
  await expect(page.getByRole('menuitem', { name: 'Unpin' })).toBeVisible();
  await page.getByRole('menuitem', { name: 'Delete…' }).click();
  await page.getByRole('button', { name: 'Unpin and delete' }).click();
  await expect.poll(() => snapshots().length).toBe(2);

  // So does the list of what was deleted.
  await page.getByRole('button', { name: /^Recently deleted/ }).click();
  const deleted = page.getByRole('list', { name: 'Recently deleted' }).getByRole('listitem');
  await judgeBothWays(page, 'recently-deleted');
  await deleted
    .first()
    .getByRole('button', { name: /^Put back/ })
    .click();
  await expect(deleted).toHaveCount(0);
  expect(snapshots()).toHaveLength(3);
  await more.click();
  await page.getByRole('menuitem', { name: 'Delete…' }).click();
  await page.getByRole('button', { name: 'Unpin and delete' }).click();
  await expect.poll(() => snapshots().length).toBe(2);

  // Storage counts it, and empties the trash.
  await page.getByRole('link', { name: 'Storage' }).click();
  await expect(page.getByText('Trash', { exact: true })).toBeVisible();
  await page.getByRole('button', { name: /^More actions/ }).click();
  await page.getByRole('menuitem', { name: 'Empty trash…' }).click();
  await expect(page.getByRole('dialog', { name: /^Empty the trash of/ })).toContainText('can no longer be put back');
  await judgeEverywhere(page, 'empty-trash', USUAL_WIDTHS);
  await page.getByRole('button', { name: 'Empty trash' }).click();
  await expect(page.getByText('Trash', { exact: true })).toBeHidden();
});

test('the rule for safety snapshots is shown in Settings, and changed there', async () => {
  const page = await openWindow(browser, server.address, {});
  await page.getByRole('link', { name: 'Settings' }).click();
  const days = page.getByRole('textbox', { name: 'Keep safety snapshots (days)' });
  const limit = page.getByRole('textbox', { name: 'Size limit (GB)' });
  await expect(days).toHaveValue('30');
  await expect(days).toHaveAccessibleDescription(/The newest one of each database, file or folder is always kept\./);
  await expect(limit).toHaveValue('');
  await expect(limit).toHaveAccessibleDescription(/Those of the last 30 days are always kept\./);
  await days.fill('90');
  await days.blur();
  await limit.fill('2.5');
  await limit.blur();
  // Another window has them from the catalog.
  const other = await openWindow(browser, server.address, {});
  await other.getByRole('link', { name: 'Settings' }).click();
  await expect(other.getByRole('textbox', { name: 'Keep safety snapshots (days)' })).toHaveValue('90');
  await expect(other.getByRole('textbox', { name: 'Size limit (GB)' })).toHaveValue('2.5');
});
